{#-
reason: an ordered FIRST_VALUE settles ties without a step before
-#}
FIRST_VALUE({{ value }} ORDER BY {{ by }} DESC, {{ value }} DESC)
  FILTER (WHERE {{ present }} AND {{ by }} IS NOT NULL)

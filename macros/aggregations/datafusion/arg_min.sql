{#-
reason: an ordered FIRST_VALUE settles ties without a step before
-#}
FIRST_VALUE({{ value }} ORDER BY {{ by }}, {{ value }} DESC)
  FILTER (WHERE {{ present }} AND {{ by }} IS NOT NULL)

{#-
reason: an ordered FIRST_VALUE settles ties without a step before
-#}
FIRST_VALUE({{ value }} ORDER BY {{ at }} DESC, {{ value }} DESC)
  FILTER (WHERE {{ present }} AND {{ at }} IS NOT NULL)

{#-
reason: FIRST takes an order, which settles ties in one pass and constant memory
-#}
FIRST({{ value }} ORDER BY {{ at }} DESC, {{ value }} DESC)
  FILTER (WHERE {{ present }} AND {{ at }} IS NOT NULL)

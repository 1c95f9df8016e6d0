{#-
reason: FIRST takes an order, which settles ties in one pass and constant memory
-#}
FIRST({{ value }} ORDER BY {{ by }} DESC, {{ value }} DESC)
  FILTER (WHERE {{ present }} AND {{ by }} IS NOT NULL)

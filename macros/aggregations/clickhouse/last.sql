{#-
reason: of tuples argMax takes the greatest time, and then the greatest value
-#}
argMaxIf({{ value }}, tuple({{ at }}, {{ value }}), {{ present }} AND {{ at }} IS NOT NULL)

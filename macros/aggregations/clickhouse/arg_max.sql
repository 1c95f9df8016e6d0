{#-
reason: of tuples argMax takes the greatest `by`, and then the greatest value
-#}
argMaxIf({{ value }}, tuple({{ by }}, {{ value }}), {{ present }} AND {{ by }} IS NOT NULL)

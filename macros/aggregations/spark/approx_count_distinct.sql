{#-
reason: it has a sketch
-#}
APPROX_COUNT_DISTINCT({{ x }})

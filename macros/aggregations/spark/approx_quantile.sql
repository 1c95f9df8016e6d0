{#-
reason: it has a sketch, whose result is of the type of its input
-#}
APPROX_PERCENTILE(CAST({{ x }} AS DOUBLE), {{ p }})

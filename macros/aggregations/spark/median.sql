{#-
reason: PERCENTILE is exact and interpolates; MEDIAN is too, PERCENTILE_APPROX is not
-#}
PERCENTILE({{ x }}, 0.5)

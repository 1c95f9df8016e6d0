{#-
reason: PERCENTILE is exact and interpolates; PERCENTILE_APPROX is not
-#}
PERCENTILE({{ x }}, {{ p }})

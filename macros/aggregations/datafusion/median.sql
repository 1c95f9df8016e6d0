{#-
reason: MEDIAN is exact and interpolates
-#}
MEDIAN(CAST({{ x }} AS DOUBLE PRECISION))

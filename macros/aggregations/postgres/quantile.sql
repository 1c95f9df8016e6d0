{#-
reason: PERCENTILE_CONT is exact and interpolates
-#}
PERCENTILE_CONT({{ p }}) WITHIN GROUP (ORDER BY CAST({{ x }} AS DOUBLE PRECISION))

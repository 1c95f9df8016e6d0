{#-
reason: VAR_SAMP is NULL for one value
-#}
VAR_SAMP(CAST({{ x }} AS DOUBLE PRECISION))

{#-
reason: VAR_SAMP is NULL for one value
-#}
VAR_SAMP({{ x }})

{#-
summary: the population variance
takes: number
returns: double
no_rows: null
-#}
VAR_POP(CAST({{ x }} AS DOUBLE))

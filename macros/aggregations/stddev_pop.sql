{#-
summary: the population standard deviation
takes: number
returns: double
no_rows: null
-#}
STDDEV_POP(CAST({{ x }} AS DOUBLE))

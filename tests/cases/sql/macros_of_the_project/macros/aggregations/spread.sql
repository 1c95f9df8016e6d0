{#-
summary: the distance from the least value to the greatest
takes: number
returns: double
no_rows: null
-#}
CAST(MAX({{ x }}) AS DOUBLE) - CAST(MIN({{ x }}) AS DOUBLE)

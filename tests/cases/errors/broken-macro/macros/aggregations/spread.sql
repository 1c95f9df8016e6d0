{#-
summary: the distance from the least value to the greatest
takes: numbers
returns: double
no_rows: null
-#}
MAX({{ x }}) - MIN({{ x }})

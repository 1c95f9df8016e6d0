{#-
summary: the mean, to the cent
takes: number
returns: double
no_rows: null
aliases: [avg]
-#}
ROUND(AVG(CAST({{ x }} AS DOUBLE)), 2)

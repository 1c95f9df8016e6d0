{#-
summary: how many different values there are, NULL not counted
takes: any
returns: int64
no_rows: 0
-#}
COUNT(DISTINCT {{ x }})

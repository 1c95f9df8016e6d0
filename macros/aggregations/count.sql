{#-
summary: how many values are not NULL
takes: any
returns: int64
no_rows: 0
merges: true
inverts: true
-#}
COUNT({{ x }})

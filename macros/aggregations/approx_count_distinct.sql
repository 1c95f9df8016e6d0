{#-
summary: about how many different values there are, by the engine's own sketch; exact where it has none
takes: any
returns: int64
no_rows: 0
exact: false
-#}
COUNT(DISTINCT {{ x }})

{#-
reason: BOOL_OR needs no numbers
-#}
BOOL_OR({{ x }})

{#-
reason: BOOL_AND needs no numbers
-#}
BOOL_AND({{ x }})

{#-
reason: LOGICAL_AND needs no numbers
-#}
LOGICAL_AND({{ x }})

{#-
reason: LOGICAL_OR needs no numbers
-#}
LOGICAL_OR({{ x }})

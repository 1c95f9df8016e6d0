{#-
reason: VAR_POP takes any number
-#}
VAR_POP({{ x }})

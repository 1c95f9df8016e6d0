{#-
reason: VAR_POP counts in doubles
-#}
VAR_POP({{ x }})

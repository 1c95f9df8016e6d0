{#-
reason: MAX keeps the type of booleans
-#}
MAX({{ x }})

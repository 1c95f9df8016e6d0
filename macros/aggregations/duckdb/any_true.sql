{#-
reason: MAX orders booleans
-#}
MAX({{ x }})

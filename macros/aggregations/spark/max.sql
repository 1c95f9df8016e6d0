{#-
reason: MAX takes booleans
-#}
MAX({{ x }})

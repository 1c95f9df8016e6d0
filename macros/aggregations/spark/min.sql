{#-
reason: MIN takes booleans
-#}
MIN({{ x }})

{#-
reason: MIN keeps the type of booleans
-#}
MIN({{ x }})

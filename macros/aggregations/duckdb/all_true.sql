{#-
reason: MIN orders booleans
-#}
MIN({{ x }})

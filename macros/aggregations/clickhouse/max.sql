{#-
reason: booleans are ordered, and MAX keeps their type
-#}
MAX({{ x }})

{#-
reason: booleans are ordered, and MIN keeps their type
-#}
MIN({{ x }})

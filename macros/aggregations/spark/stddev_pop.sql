{#-
reason: STDDEV_POP counts in doubles
-#}
STDDEV_POP({{ x }})

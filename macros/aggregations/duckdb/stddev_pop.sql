{#-
reason: STDDEV_POP takes any number
-#}
STDDEV_POP({{ x }})

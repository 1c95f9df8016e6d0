{#-
reason: STDDEV_SAMP is NULL for one value
-#}
STDDEV_SAMP({{ x }})

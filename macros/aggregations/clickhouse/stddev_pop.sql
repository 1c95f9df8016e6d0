{#-
reason: STDDEV_POP is one pass and loses digits
-#}
stddevPopStable(CAST({{ x }} AS Nullable(Float64)))

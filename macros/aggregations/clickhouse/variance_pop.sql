{#-
reason: VAR_POP is one pass and loses digits
-#}
varPopStable(CAST({{ x }} AS Nullable(Float64)))

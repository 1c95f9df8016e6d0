{#-
reason: quantileExactInclusive is exact and interpolates
-#}
quantileExactInclusive({{ p }})(CAST({{ x }} AS Nullable(Float64)))

{#-
reason: quantileExactInclusive is exact and interpolates; MEDIAN is a sample
-#}
quantileExactInclusive(0.5)(CAST({{ x }} AS Nullable(Float64)))

{#-
reason: quantileTDigest is its sketch
-#}
CAST(quantileTDigest({{ p }})(CAST({{ x }} AS Nullable(Float64))) AS Nullable(Float64))

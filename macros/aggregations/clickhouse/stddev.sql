{#-
reason: STDDEV_SAMP is one pass and loses digits, and is NaN for one value
-#}
CASE WHEN COUNT({{ x }}) > 1 THEN stddevSampStable(CAST({{ x }} AS Nullable(Float64))) END

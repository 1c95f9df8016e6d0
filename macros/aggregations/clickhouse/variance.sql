{#-
reason: its own lose digits where values are far from 0, unless the mean is taken off first
-#}
{% set d %}CAST({{ x }} AS Nullable(Float64)){% endset -%}
CASE
  WHEN COUNT({{ x }}) > 1
  THEN arrayReduce(
    'varSampStable',
    arrayMap((v, m) -> v - m, groupArray({{ d }}), arrayWithConstant(COUNT({{ x }}), arrayAvg(groupArray({{ d }}))))
  )
END

{#-
reason: AVG of integers adds them in 64 bits
-#}
{% if type == 'double' %}AVG({{ x }}){% else %}AVG(CAST({{ x }} AS Nullable(Float64))){% endif %}

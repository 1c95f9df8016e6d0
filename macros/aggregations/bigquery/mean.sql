{#-
reason: int64 are added exactly, which doubles cannot; AVG of NUMERIC has nine digits behind the point
-#}
{% if type == 'double' %}AVG({{ x }}){% else %}CAST(AVG(CAST({{ x }} AS BIGNUMERIC)) AS FLOAT64){% endif %}

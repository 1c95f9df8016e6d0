{#-
reason: AVG of bigint and numeric is exact, so the cast comes after it
-#}
{% if type == 'double' %}AVG({{ x }}){% else %}CAST(AVG({{ x }}) AS DOUBLE PRECISION){% endif %}

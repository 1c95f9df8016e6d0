{#-
summary: the arithmetic mean
takes: number
returns: double
no_rows: null
merges: true
inverts: true
aliases: [avg]
-#}
{% if type == 'double' %}AVG({{ x }}){% else %}AVG(CAST({{ x }} AS DOUBLE)){% endif %}

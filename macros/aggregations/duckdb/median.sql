{#-
reason: MEDIAN is exact and interpolates, of a decimal to its own scale only
-#}
{% if type == 'decimal' %}MEDIAN(CAST({{ x }} AS DOUBLE)){% else %}MEDIAN({{ x }}){% endif %}

{#-
reason: COUNT takes -0.0 for another number than 0.0
-#}
{% if type == 'double' %}COUNT(DISTINCT {{ x }} + 0){% else %}COUNT(DISTINCT {{ x }}){% endif %}

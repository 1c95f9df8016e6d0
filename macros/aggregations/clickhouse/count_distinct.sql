{#-
reason: COUNT is an unsigned integer; -0.0 and 0.0 are two values until 0 is added
-#}
{% if type == 'double' -%}
toInt64(COUNT(DISTINCT {{ x }} + 0))
{%- else -%}
toInt64(COUNT(DISTINCT {{ x }}))
{%- endif %}

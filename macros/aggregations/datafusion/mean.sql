{#-
reason: AVG adds integers as doubles, which lose digits, and gives decimals four digits more
-#}
{% if type == 'double' -%}
AVG({{ x }})
{%- elif type == 'decimal' -%}
CAST(SUM(CAST({{ x }} AS DECIMAL(76, {{ scale }}))) AS DOUBLE PRECISION) / COUNT({{ x }})
{%- else -%}
CAST(SUM(CAST({{ x }} AS DECIMAL(38, 0))) AS DOUBLE PRECISION) / COUNT({{ x }})
{%- endif %}

{#-
reason: AVG adds integers as doubles, which lose digits, and gives decimals four digits more
-#}
{% if type == 'double' -%}
AVG({{ x }})
{%- elif type == 'decimal' and precision > 28 -%}
{# a sum of these may need more than the 38 digits that there are #}
AVG(CAST({{ x }} AS DOUBLE))
{%- elif type == 'decimal' -%}
CAST(SUM({{ x }}) AS DOUBLE) / COUNT({{ x }})
{%- else -%}
CAST(SUM(CAST({{ x }} AS DECIMAL(38, 0))) AS DOUBLE) / COUNT({{ x }})
{%- endif %}

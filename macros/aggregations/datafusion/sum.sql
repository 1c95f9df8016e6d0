{#-
reason: sums wrap in 64 bits and in 38 digits without a word; 76 digits hold any sum, and the cast back is checked
-#}
{% if type == 'int64' -%}
CAST(SUM(CAST({{ x }} AS DECIMAL(38, 0))) AS BIGINT)
{%- elif type == 'decimal' -%}
CAST(SUM(CAST({{ x }} AS DECIMAL(76, {{ scale }}))) AS DECIMAL(38, {{ scale }}))
{%- else -%}
SUM({{ x }})
{%- endif %}

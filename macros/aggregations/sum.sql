{#-
summary: the sum; one beyond int64 is an error, never a wrap
takes: number
returns: sum
no_rows: null
merges: true
inverts: true
-#}
{% if type == 'int64' -%}
{# engines that add in 64 bits wrap without a word; 38 digits hold any sum that fits #}
CAST(SUM(CAST({{ x }} AS DECIMAL(38, 0))) AS BIGINT)
{%- elif type == 'decimal' -%}
CAST(SUM(CAST({{ x }} AS DECIMAL(38, {{ scale }}))) AS DECIMAL(38, {{ scale }}))
{%- else -%}
SUM({{ x }})
{%- endif %}

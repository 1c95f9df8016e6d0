{#-
reason: SUM adds bigint and numeric exactly, so no value needs a cast
-#}
{% if type == 'int64' -%}
CAST(SUM({{ x }}) AS BIGINT)
{%- elif type == 'decimal' -%}
CAST(SUM({{ x }}) AS DECIMAL(38, {{ scale }}))
{%- else -%}
SUM({{ x }})
{%- endif %}

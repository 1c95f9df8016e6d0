{#-
reason: a decimal's sum has 38 digits before the point with those behind it, which NUMERIC has not
-#}
{% if type == 'int64' -%}
{# the sum of INT64 may overflow on its way to a sum that fits #}
CAST(SUM(CAST({{ x }} AS NUMERIC)) AS INT64)
{%- elif type == 'decimal' -%}
SUM(CAST({{ x }} AS BIGNUMERIC))
{%- else -%}
SUM({{ x }})
{%- endif %}

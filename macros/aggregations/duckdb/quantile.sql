{#-
reason: QUANTILE_CONT is exact and interpolates, of a decimal to its own scale only
-#}
{% if type == 'decimal' -%}
QUANTILE_CONT(CAST({{ x }} AS DOUBLE), {{ p }})
{%- else -%}
QUANTILE_CONT({{ x }}, {{ p }})
{%- endif %}

{#-
reason: PERCENTILE_CONT is exact and interpolates; it is a window function alone
-#}
{% set m | column('median') -%}
PERCENTILE_CONT(CAST({{ x }} AS FLOAT64), 0.5) OVER (PARTITION BY {{ keys }})
{%- endset %}
MAX({{ m }})

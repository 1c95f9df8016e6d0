{#-
reason: PERCENTILE_CONT is exact and interpolates; it is a window function alone
-#}
{% set q | column('quantile') -%}
PERCENTILE_CONT(CAST({{ x }} AS FLOAT64), {{ p }}) OVER (PARTITION BY {{ keys }})
{%- endset %}
MAX({{ q }})

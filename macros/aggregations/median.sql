{#-
summary: the middle value, exact; between the two middle ones, their mean
takes: number
returns: double
no_rows: null
-#}
{# engines' own are approximate (Spark, Trino) or missing: count the place in the order #}
{% set r | column('rank') -%}
ROW_NUMBER() OVER (PARTITION BY {{ keys }} ORDER BY CASE WHEN {{ present }} THEN 0 ELSE 1 END, {{ value }})
{%- endset %}
{% set n | column('count') %}COUNT({{ x }}) OVER (PARTITION BY {{ keys }}){% endset %}
{# how far the row is from the middle: 0 on it, 0.5 for the two beside it #}
{% set d | column('distance') %}ABS({{ r }} - 1 - CAST(0.5 AS DOUBLE) * ({{ n }} - 1)){% endset %}
SUM(CASE WHEN {{ present }} AND {{ d }} < 1 THEN CAST({{ value }} AS DOUBLE) * (1 - {{ d }}) END)

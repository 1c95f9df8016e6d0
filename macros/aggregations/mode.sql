{#-
summary: the most frequent value; among equally frequent ones, the smallest
takes: ordered
returns: same
no_rows: null
-#}
{% set n | column('count') %}COUNT({{ x }}) OVER (PARTITION BY {{ keys }}, {{ x }}){% endset %}
{% set m | column('most') %}MAX({{ n }}) OVER (PARTITION BY {{ keys }}){% endset %}
{% if type == 'boolean' -%}
{# not every engine orders booleans #}
MIN(CASE WHEN {{ present }} AND {{ n }} = {{ m }} THEN CASE WHEN {{ value }} THEN 1 ELSE 0 END END) = 1
{%- else -%}
MIN(CASE WHEN {{ present }} AND {{ n }} = {{ m }} THEN {{ value }} END)
{%- endif %}

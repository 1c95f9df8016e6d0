{#-
summary: the value where column `by` is least among the rows that have both; among equals, the greatest value
takes: any
returns: same
no_rows: null
merges: true
parameters: {by: column}
-#}
{# not every engine orders booleans #}
{% set b -%}
{% if by_type == 'boolean' %}CASE WHEN {{ by }} THEN 1 WHEN NOT {{ by }} THEN 0 END{% else %}{{ by }}{% endif %}
{%- endset %}
{% set e | column('extreme') %}MIN(CASE WHEN {{ present }} THEN {{ b }} END) OVER (PARTITION BY {{ keys }}){% endset %}
{% if type == 'boolean' -%}
MAX(CASE WHEN {{ present }} AND {{ b }} = {{ e }} THEN CASE WHEN {{ value }} THEN 1 ELSE 0 END END) = 1
{%- else -%}
MAX(CASE WHEN {{ present }} AND {{ b }} = {{ e }} THEN {{ value }} END)
{%- endif %}

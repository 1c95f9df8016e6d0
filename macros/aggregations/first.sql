{#-
summary: the value at the least event time that has one; at equal times, the greatest value
takes: any
returns: same
no_rows: null
merges: true
needs_event_time: true
-#}
{% set t | column('time') %}MIN(CASE WHEN {{ present }} THEN {{ at }} END) OVER (PARTITION BY {{ keys }}){% endset %}
{% if type == 'boolean' -%}
{# not every engine orders booleans #}
MAX(CASE WHEN {{ present }} AND {{ at }} = {{ t }} THEN CASE WHEN {{ value }} THEN 1 ELSE 0 END END) = 1
{%- else -%}
MAX(CASE WHEN {{ present }} AND {{ at }} = {{ t }} THEN {{ value }} END)
{%- endif %}

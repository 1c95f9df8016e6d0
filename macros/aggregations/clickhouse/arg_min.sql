{#-
reason: of tuples argMax takes the greatest, which is the least `by` turned round, then the greatest value
-#}
{% if by_type in ('int64', 'double', 'decimal', 'boolean') -%}
{# the complement turns integers round, all of them: -x has no value for the least one #}
{% set turned -%}
{% if by_type == 'int64' %}bitNot({{ by }}){% elif by_type == 'boolean' %}NOT {{ by }}{% else %}-{{ by }}{% endif %}
{%- endset -%}
argMaxIf({{ value }}, tuple({{ turned }}, {{ value }}), {{ present }} AND {{ by }} IS NOT NULL)
{%- else -%}
{% set e | column('extreme') -%}
MIN(CASE WHEN {{ present }} THEN {{ by }} END) OVER (PARTITION BY {{ keys }})
{%- endset -%}
MAX(CASE WHEN {{ present }} AND {{ by }} = {{ e }} THEN {{ value }} END)
{%- endif %}

{#-
reason: windows take -0.0 for another number than 0.0
-#}
{% set v %}{{ x }}{% if type == 'double' %} + 0{% endif %}{% endset -%}
{% set n | column('count') %}COUNT({{ x }}) OVER (PARTITION BY {{ keys }}, {{ v }}){% endset %}
{% set m | column('most') %}MAX({{ n }}) OVER (PARTITION BY {{ keys }}){% endset %}
MIN(CASE WHEN {{ present }} AND {{ n }} = {{ m }} THEN {{ value }} END)

{#-
reason: windows are not partitioned by doubles; as text, every double is one of its own
-#}
{% set v %}{% if type == 'double' %}CAST({{ x }} AS STRING){% else %}{{ x }}{% endif %}{% endset %}
{% set n | column('count') %}COUNT({{ x }}) OVER (PARTITION BY {{ keys }}, {{ v }}){% endset %}
{% set m | column('most') %}MAX({{ n }}) OVER (PARTITION BY {{ keys }}){% endset %}
MIN(CASE WHEN {{ present }} AND {{ n }} = {{ m }} THEN {{ value }} END)

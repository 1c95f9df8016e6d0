{#-
reason: windows are not partitioned by doubles; as text, every double is one of its own
-#}
{% set v %}{% if type == 'double' %}CAST({{ x }} AS STRING){% else %}{{ x }}{% endif %}{% endset %}
{% set n | column('count') %}COUNT({{ x }}) OVER (PARTITION BY {{ keys }}, {{ v }}){% endset %}
{% set all | column('total') %}COUNT({{ x }}) OVER (PARTITION BY {{ keys }}){% endset %}
AVG(CASE WHEN {{ present }} THEN LN({{ all }} / {{ n }}) END)

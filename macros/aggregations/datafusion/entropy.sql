{#-
reason: windows take -0.0 for another number than 0.0
-#}
{% set v %}{{ x }}{% if type == 'double' %} + 0{% endif %}{% endset -%}
{% set n | column('count') %}COUNT({{ x }}) OVER (PARTITION BY {{ keys }}, {{ v }}){% endset %}
{% set all | column('total') %}COUNT({{ x }}) OVER (PARTITION BY {{ keys }}){% endset %}
AVG(CASE WHEN {{ present }} THEN LN(CAST({{ all }} AS DOUBLE PRECISION) / CAST({{ n }} AS DOUBLE PRECISION)) END)

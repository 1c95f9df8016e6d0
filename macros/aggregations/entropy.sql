{#-
summary: the Shannon entropy of how often each value occurs, in nats
takes: any
returns: double
no_rows: null
-#}
{% set n | column('count') %}COUNT({{ x }}) OVER (PARTITION BY {{ keys }}, {{ x }}){% endset %}
{% set all | column('total') %}COUNT({{ x }}) OVER (PARTITION BY {{ keys }}){% endset %}
AVG(CASE WHEN {{ present }} THEN LN(CAST({{ all }} AS DOUBLE) / CAST({{ n }} AS DOUBLE)) END)

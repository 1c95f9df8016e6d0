{#-
reason: LN of users' SQL is guarded against 0, where Spark's is NULL; here it is of 1 and more
-#}
{% set n | column('count') %}COUNT({{ x }}) OVER (PARTITION BY {{ keys }}, {{ x }}){% endset %}
{% set all | column('total') %}COUNT({{ x }}) OVER (PARTITION BY {{ keys }}){% endset %}
AVG(CASE WHEN {{ present }} THEN LN(CAST({{ all }} AS DOUBLE) / CAST({{ n }} AS DOUBLE)) END)

{#-
reason: APPROX_DISTINCT is its sketch, which doubles have not
-#}
{% if type in ('double', 'other') -%}
COUNT(DISTINCT {{ x }})
{%- else -%}
CAST(APPROX_DISTINCT({{ x }}) AS BIGINT)
{%- endif %}

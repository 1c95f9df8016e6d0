{#-
reason: APPROX_DISTINCT is its sketch, which doubles have not
-#}
{% if type == 'double' -%}
COUNT(DISTINCT {{ x }} + 0)
{%- elif type == 'other' -%}
COUNT(DISTINCT {{ x }})
{%- else -%}
CAST(APPROX_DISTINCT({{ x }}) AS BIGINT)
{%- endif %}

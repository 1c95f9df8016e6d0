{#-
summary: the least value; strings by code point
takes: ordered
returns: same
no_rows: null
merges: true
-#}
{% if type == 'boolean' -%}
{# not every engine orders booleans #}
MIN(CASE WHEN {{ x }} THEN 1 WHEN NOT {{ x }} THEN 0 END) = 1
{%- else -%}
MIN({{ x }})
{%- endif %}

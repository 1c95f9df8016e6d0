{#-
summary: the greatest value; strings by code point
takes: ordered
returns: same
no_rows: null
merges: true
-#}
{% if type == 'boolean' -%}
{# not every engine orders booleans #}
MAX(CASE WHEN {{ x }} THEN 1 WHEN NOT {{ x }} THEN 0 END) = 1
{%- else -%}
MAX({{ x }})
{%- endif %}

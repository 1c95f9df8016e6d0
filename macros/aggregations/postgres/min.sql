{#-
reason: a database's collation may order strings by language, and booleans have no MIN
-#}
{% if type == 'boolean' -%}
BOOL_AND({{ x }})
{%- elif type == 'string' -%}
MIN({{ x }} COLLATE "C")
{%- else -%}
MIN({{ x }})
{%- endif %}

{#-
reason: a database's collation may order strings by language, and booleans have no MAX
-#}
{% if type == 'boolean' -%}
BOOL_OR({{ x }})
{%- elif type == 'string' -%}
MAX({{ x }} COLLATE "C")
{%- else -%}
MAX({{ x }})
{%- endif %}

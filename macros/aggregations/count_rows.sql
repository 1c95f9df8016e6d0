{#-
summary: how many rows there are
takes: nothing
returns: int64
no_rows: 0
merges: true
inverts: true
-#}
{% if always %}COUNT(*){% else %}COUNT({{ x }}){% endif %}

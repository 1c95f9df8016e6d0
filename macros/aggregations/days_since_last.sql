{#-
summary: whole calendar days from the latest event to the as-of
takes: nothing
returns: int64
no_rows: null
merges: true
needs_event_time: true
-#}
{% if always %}MIN({{ days }}){% else %}MIN(CASE WHEN {{ when }} THEN {{ days }} END){% endif %}

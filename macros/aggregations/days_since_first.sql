{#-
summary: whole calendar days from the earliest event to the as-of
takes: nothing
returns: int64
no_rows: null
merges: true
needs_event_time: true
-#}
{% if always %}MAX({{ days }}){% else %}MAX(CASE WHEN {{ when }} THEN {{ days }} END){% endif %}

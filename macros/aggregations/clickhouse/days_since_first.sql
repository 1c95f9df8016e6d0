{#-
reason: days are counted by a function of its own
-#}
{% if always %}MAX({{ days }}){% else %}MAX(CASE WHEN {{ when }} THEN {{ days }} END){% endif %}

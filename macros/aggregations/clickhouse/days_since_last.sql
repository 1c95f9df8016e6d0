{#-
reason: days are counted by a function of its own
-#}
{% if always %}MIN({{ days }}){% else %}MIN(CASE WHEN {{ when }} THEN {{ days }} END){% endif %}

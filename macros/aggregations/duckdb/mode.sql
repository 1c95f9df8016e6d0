{#-
reason: of equally frequent values MODE takes the first one it sees, which the order makes the smallest
-#}
MODE({{ value }} ORDER BY {{ value }}){% if not always %} FILTER (WHERE {{ when }}){% endif %}

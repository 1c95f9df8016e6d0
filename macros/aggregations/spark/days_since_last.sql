{#-
reason: DATEDIFF counts in 32 bits
-#}
CAST({% if always %}MIN({{ days }}){% else %}MIN(CASE WHEN {{ when }} THEN {{ days }} END){% endif %} AS BIGINT)

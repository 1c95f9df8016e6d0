{#-
reason: DATEDIFF counts in 32 bits
-#}
CAST({% if always %}MAX({{ days }}){% else %}MAX(CASE WHEN {{ when }} THEN {{ days }} END){% endif %} AS BIGINT)

{#-
summary: true where any value is true
takes: boolean
returns: boolean
no_rows: null
merges: true
-#}
{# not every engine aggregates booleans #}
MAX(CASE WHEN {{ x }} THEN 1 WHEN NOT {{ x }} THEN 0 END) = 1

{#-
summary: true where every value is true
takes: boolean
returns: boolean
no_rows: null
merges: true
-#}
{# not every engine aggregates booleans #}
MIN(CASE WHEN {{ x }} THEN 1 WHEN NOT {{ x }} THEN 0 END) = 1

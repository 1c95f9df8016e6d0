{#-
summary: about the value at fraction p, by the engine's own sketch; exact where it has none
takes: number
returns: double
no_rows: null
parameters: {p: fraction}
exact: false
-#}
{% include 'quantile.sql' %}

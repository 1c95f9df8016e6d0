{#-
reason: MAX_BY takes an order of several values, which settles ties in one pass
-#}
MAX_BY({{ value }}, CASE WHEN {{ present }} AND {{ by }} IS NOT NULL THEN STRUCT({{ by }} AS extreme, {{ value }} AS value) END)

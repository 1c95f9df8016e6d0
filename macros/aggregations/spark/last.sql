{#-
reason: MAX_BY takes an order of several values, which settles ties in one pass
-#}
MAX_BY({{ value }}, CASE WHEN {{ present }} AND {{ at }} IS NOT NULL THEN STRUCT({{ at }} AS time, {{ value }} AS value) END)

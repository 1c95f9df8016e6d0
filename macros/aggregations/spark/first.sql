{#-
reason: MAX_BY takes an order of several values, which settles ties in one pass; the earliest time is the greatest below zero
-#}
MAX_BY(
  {{ value }},
  CASE
    WHEN {{ present }} AND {{ at }} IS NOT NULL
    THEN STRUCT(-UNIX_MICROS(CAST({{ at }} AS TIMESTAMP)) AS age, {{ value }} AS value)
  END
)

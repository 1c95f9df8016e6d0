{#-
reason: of tuples argMax takes the greatest, which is the least time as a number, turned round, then the value
-#}
argMaxIf(
  {{ value }},
  tuple(-toUnixTimestamp64Micro(CAST({{ at }} AS Nullable(DateTime64(6, 'UTC')))), {{ value }}),
  {{ present }} AND {{ at }} IS NOT NULL
)

{#-
reason: an ordered array settles ties without a step before
-#}
ARRAY_AGG(
  CASE WHEN {{ present }} AND {{ at }} IS NOT NULL THEN {{ value }} END
  IGNORE NULLS ORDER BY {{ at }} DESC, {{ value }} DESC LIMIT 1
)[SAFE_OFFSET(0)]

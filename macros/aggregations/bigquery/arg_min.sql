{#-
reason: an ordered array settles ties without a step before
-#}
ARRAY_AGG(
  CASE WHEN {{ present }} AND {{ by }} IS NOT NULL THEN {{ value }} END
  IGNORE NULLS ORDER BY {{ by }}, {{ value }} DESC LIMIT 1
)[SAFE_OFFSET(0)]

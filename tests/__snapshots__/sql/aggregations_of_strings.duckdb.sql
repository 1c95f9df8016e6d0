/* second_order_aggregation.every | seeknal/every.yml | duckdb */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    x,
    "at",
    DATE_DIFF('DAY', "at", as_of) AS days,
    CASE WHEN "at" <= as_of THEN x END AS past_x
  FROM source_values
  WHERE id IS NOT NULL
)
SELECT
  id,
  COUNT(past_x) AS "x_COUNT",
  COUNT(DISTINCT past_x) AS "x_COUNT_DISTINCT",
  MIN(past_x) AS "x_MIN",
  MAX(past_x) AS "x_MAX",
  MODE(past_x ORDER BY past_x) AS "x_MODE",
  FIRST(past_x ORDER BY "at", past_x DESC) FILTER(WHERE past_x IS NOT NULL AND "at" IS NOT NULL) AS "x_FIRST",
  FIRST(past_x ORDER BY "at" DESC, past_x DESC)
    FILTER(WHERE past_x IS NOT NULL AND "at" IS NOT NULL) AS "x_LAST",
  FIRST(past_x ORDER BY x DESC, past_x DESC) FILTER(WHERE past_x IS NOT NULL AND x IS NOT NULL) AS "x_ARG_MAX_X",
  CASE WHEN COUNT(past_x) > 0 THEN ENTROPY(past_x) * LN(2) END AS "x_ENTROPY"
FROM events
GROUP BY id
;

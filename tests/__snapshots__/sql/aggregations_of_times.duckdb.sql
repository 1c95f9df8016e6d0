/* second_order_aggregation.every | seeknal/every.yml | duckdb */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    "day",
    "at",
    DATE_DIFF('DAY', "at", as_of) AS days,
    CASE WHEN "at" <= as_of THEN "day" END AS past_day,
    CASE WHEN "at" <= as_of THEN "time" END AS past_time
  FROM source_values
  WHERE id IS NOT NULL
)
SELECT
  id,
  COUNT(DISTINCT past_day) AS "day_COUNT_DISTINCT",
  MIN(past_day) AS "day_MIN",
  MAX(past_day) AS "day_MAX",
  MODE(past_day ORDER BY past_day) AS "day_MODE",
  FIRST(past_day ORDER BY "at", past_day DESC)
    FILTER(WHERE past_day IS NOT NULL AND "at" IS NOT NULL) AS "day_FIRST",
  CASE WHEN COUNT(past_day) > 0 THEN ENTROPY(past_day) * LN(2) END AS "day_ENTROPY",
  COUNT(DISTINCT past_time) AS "time_COUNT_DISTINCT",
  MIN(past_time) AS "time_MIN",
  MAX(past_time) AS "time_MAX",
  MODE(past_time ORDER BY past_time) AS "time_MODE",
  FIRST(past_time ORDER BY "at" DESC, past_time DESC)
    FILTER(WHERE past_time IS NOT NULL AND "at" IS NOT NULL) AS "time_LAST",
  FIRST(past_time ORDER BY "day", past_time DESC)
    FILTER(WHERE past_time IS NOT NULL AND "day" IS NOT NULL) AS "time_ARG_MIN_DAY"
FROM events
GROUP BY id
;

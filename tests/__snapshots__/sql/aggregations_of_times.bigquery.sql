/* second_order_aggregation.every | seeknal/every.yml | bigquery */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    `day`,
    `at`,
    DATE_DIFF(as_of, `at`, DAY) AS days,
    CASE WHEN `at` <= as_of THEN `day` END AS past_day,
    CASE WHEN `at` <= as_of THEN `time` END AS past_time
  FROM source_values
  WHERE id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    COUNT(past_day) OVER (PARTITION BY id, past_day) AS day_mode_count,
    COUNT(past_day) OVER (PARTITION BY id, past_day) AS day_entropy_count,
    COUNT(past_day) OVER (PARTITION BY id) AS day_entropy_total,
    COUNT(past_time) OVER (PARTITION BY id, past_time) AS time_mode_count
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    MAX(day_mode_count) OVER (PARTITION BY id) AS day_mode_most,
    MAX(time_mode_count) OVER (PARTITION BY id) AS time_mode_most
  FROM events_prepared
)
SELECT
  id,
  COUNT(DISTINCT past_day) AS `day_COUNT_DISTINCT`,
  MIN(past_day) AS `day_MIN`,
  MAX(past_day) AS `day_MAX`,
  MIN(CASE WHEN past_day IS NOT NULL AND day_mode_count = day_mode_most THEN past_day END) AS `day_MODE`,
  ARRAY_AGG(
    CASE WHEN past_day IS NOT NULL AND `at` IS NOT NULL THEN past_day END IGNORE NULLS ORDER BY `at`, past_day DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `day_FIRST`,
  AVG(CASE WHEN past_day IS NOT NULL THEN LN(day_entropy_total / day_entropy_count) END) AS `day_ENTROPY`,
  COUNT(DISTINCT past_time) AS `time_COUNT_DISTINCT`,
  MIN(past_time) AS `time_MIN`,
  MAX(past_time) AS `time_MAX`,
  MIN(CASE WHEN past_time IS NOT NULL AND time_mode_count = time_mode_most THEN past_time END) AS `time_MODE`,
  ARRAY_AGG(
    CASE WHEN past_time IS NOT NULL AND `at` IS NOT NULL THEN past_time END IGNORE NULLS ORDER BY `at` DESC, past_time DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `time_LAST`,
  ARRAY_AGG(
    CASE WHEN past_time IS NOT NULL AND `day` IS NOT NULL THEN past_time END IGNORE NULLS ORDER BY `day`, past_time DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `time_ARG_MIN_DAY`
FROM events_prepared_2
GROUP BY id
;

/* second_order_aggregation.every | seeknal/every.yml | bigquery */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    x,
    `at`,
    DATE_DIFF(as_of, `at`, DAY) AS days,
    CASE WHEN `at` <= as_of THEN x END AS past_x
  FROM source_values
  WHERE id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    COUNT(past_x) OVER (PARTITION BY id, past_x) AS x_mode_count,
    COUNT(past_x) OVER (PARTITION BY id, past_x) AS x_entropy_count,
    COUNT(past_x) OVER (PARTITION BY id) AS x_entropy_total
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    MAX(x_mode_count) OVER (PARTITION BY id) AS x_mode_most
  FROM events_prepared
)
SELECT
  id,
  COUNT(past_x) AS `x_COUNT`,
  COUNT(DISTINCT past_x) AS `x_COUNT_DISTINCT`,
  MIN(past_x) AS `x_MIN`,
  MAX(past_x) AS `x_MAX`,
  MIN(CASE WHEN past_x IS NOT NULL AND x_mode_count = x_mode_most THEN past_x END) AS `x_MODE`,
  ARRAY_AGG(
    CASE WHEN past_x IS NOT NULL AND `at` IS NOT NULL THEN past_x END IGNORE NULLS ORDER BY `at`, past_x DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `x_FIRST`,
  ARRAY_AGG(
    CASE WHEN past_x IS NOT NULL AND `at` IS NOT NULL THEN past_x END IGNORE NULLS ORDER BY `at` DESC, past_x DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `x_LAST`,
  ARRAY_AGG(
    CASE WHEN past_x IS NOT NULL AND x IS NOT NULL THEN past_x END IGNORE NULLS ORDER BY x DESC, past_x DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `x_ARG_MAX_X`,
  AVG(CASE WHEN past_x IS NOT NULL THEN LN(x_entropy_total / x_entropy_count) END) AS `x_ENTROPY`
FROM events_prepared_2
GROUP BY id
;

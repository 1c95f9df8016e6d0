/* second_order_aggregation.every | seeknal/every.yml | spark */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    `day`,
    `at`,
    DATEDIFF(as_of, `at`) AS days,
    CASE WHEN `at` <= as_of THEN `day` END AS past_day,
    CASE WHEN `at` <= as_of THEN `time` END AS past_time
  FROM source_values
  WHERE id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    COUNT(past_day) OVER (PARTITION BY id, past_day) AS day_entropy_count,
    COUNT(past_day) OVER (PARTITION BY id) AS day_entropy_total,
    MIN(CASE WHEN past_time IS NOT NULL THEN `day` END) OVER (PARTITION BY id) AS time_arg_min_day_extreme
  FROM events
)
SELECT
  id,
  COUNT(DISTINCT past_day) AS `day_COUNT_DISTINCT`,
  MIN(past_day) AS `day_MIN`,
  MAX(past_day) AS `day_MAX`,
  MODE(past_day, TRUE) AS `day_MODE`,
  MAX_BY(
    past_day,
    CASE
      WHEN past_day IS NOT NULL AND `at` IS NOT NULL
        THEN STRUCT(-UNIX_MICROS(CAST(`at` AS TIMESTAMP)) AS age, past_day AS value)
    END
  ) AS `day_FIRST`,
  AVG(
    CASE
      WHEN past_day IS NOT NULL
        THEN LN(CAST(day_entropy_total AS DOUBLE) / CAST(day_entropy_count AS DOUBLE))
    END
  ) AS `day_ENTROPY`,
  COUNT(DISTINCT past_time) AS `time_COUNT_DISTINCT`,
  MIN(past_time) AS `time_MIN`,
  MAX(past_time) AS `time_MAX`,
  MODE(past_time, TRUE) AS `time_MODE`,
  MAX_BY(
    past_time,
    CASE
      WHEN past_time IS NOT NULL AND `at` IS NOT NULL
        THEN STRUCT(`at` AS time, past_time AS value)
    END
  ) AS `time_LAST`,
  MAX(CASE WHEN past_time IS NOT NULL AND `day` = time_arg_min_day_extreme THEN past_time END) AS `time_ARG_MIN_DAY`
FROM events_prepared
GROUP BY id
;

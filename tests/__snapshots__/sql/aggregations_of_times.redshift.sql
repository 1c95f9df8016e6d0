/* second_order_aggregation.every | seeknal/every.yml | redshift */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    "day",
    "at",
    DATEDIFF(DAY, "at", as_of) AS days,
    CASE WHEN "at" <= as_of THEN "day" END AS past_day,
    CASE WHEN "at" <= as_of THEN "time" END AS past_time
  FROM source_values
  WHERE id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    COUNT(past_day) OVER (PARTITION BY id, past_day) AS day_mode_count,
    MIN(CASE WHEN past_day IS NOT NULL THEN "at" END) OVER (PARTITION BY id) AS day_first_time,
    COUNT(past_day) OVER (PARTITION BY id, past_day) AS day_entropy_count,
    COUNT(past_day) OVER (PARTITION BY id) AS day_entropy_total,
    COUNT(past_time) OVER (PARTITION BY id, past_time) AS time_mode_count,
    MAX(CASE WHEN past_time IS NOT NULL THEN "at" END) OVER (PARTITION BY id) AS time_last_time,
    MIN(CASE WHEN past_time IS NOT NULL THEN "day" END) OVER (PARTITION BY id) AS time_arg_min_day_extreme
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
  COUNT(DISTINCT past_day) AS "day_COUNT_DISTINCT",
  MIN(past_day) AS "day_MIN",
  MAX(past_day) AS "day_MAX",
  MIN(CASE WHEN past_day IS NOT NULL AND day_mode_count = day_mode_most THEN past_day END) AS "day_MODE",
  MAX(CASE WHEN past_day IS NOT NULL AND "at" = day_first_time THEN past_day END) AS "day_FIRST",
  AVG(
    CASE
      WHEN past_day IS NOT NULL
        THEN LN(
          CAST(day_entropy_total AS DOUBLE PRECISION)
            / CAST(day_entropy_count AS DOUBLE PRECISION)
        )
    END
  ) AS "day_ENTROPY",
  COUNT(DISTINCT past_time) AS "time_COUNT_DISTINCT",
  MIN(past_time) AS "time_MIN",
  MAX(past_time) AS "time_MAX",
  MIN(CASE WHEN past_time IS NOT NULL AND time_mode_count = time_mode_most THEN past_time END) AS "time_MODE",
  MAX(CASE WHEN past_time IS NOT NULL AND "at" = time_last_time THEN past_time END) AS "time_LAST",
  MAX(CASE WHEN past_time IS NOT NULL AND "day" = time_arg_min_day_extreme THEN past_time END) AS "time_ARG_MIN_DAY"
FROM events_prepared_2
GROUP BY id
;

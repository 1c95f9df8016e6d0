/* second_order_aggregation.every | seeknal/every.yml | spark */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    x,
    `at`,
    DATEDIFF(as_of, `at`) AS days,
    CASE WHEN `at` <= as_of THEN x END AS past_x
  FROM source_values
  WHERE id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    MIN(CASE WHEN past_x IS NOT NULL THEN `at` END) OVER (PARTITION BY id) AS x_arg_min_at_extreme,
    COUNT(past_x) OVER (PARTITION BY id, past_x) AS x_entropy_count,
    COUNT(past_x) OVER (PARTITION BY id) AS x_entropy_total,
    MIN(CASE WHEN past_x IS NOT NULL THEN CAST(`at` AS TIMESTAMP_NTZ) END) OVER (PARTITION BY id) AS x_slope_origin,
    MAX(CASE WHEN past_x IS NOT NULL THEN CAST(`at` AS TIMESTAMP_NTZ) END) OVER (PARTITION BY id) AS x_ewma_0_5_latest
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    CASE
      WHEN past_x IS NOT NULL
        THEN CAST(TIMESTAMPDIFF(MICROSECOND, x_slope_origin, CAST(`at` AS TIMESTAMP_NTZ)) AS DOUBLE)
    END AS x_slope_time,
    CAST(TIMESTAMPDIFF(MICROSECOND, CAST(`at` AS TIMESTAMP_NTZ), x_ewma_0_5_latest) AS DOUBLE)
      / CAST(86400000000 AS DOUBLE) AS x_ewma_0_5_age
  FROM events_prepared
),
events_prepared_3 AS (
  SELECT
    *,
    AVG(x_slope_time) OVER (PARTITION BY id) AS x_slope_mean_time,
    AVG(CASE WHEN x_slope_time IS NOT NULL THEN CAST(past_x AS DOUBLE) END) OVER (PARTITION BY id) AS x_slope_mean,
    CASE
      WHEN past_x IS NOT NULL
        THEN POWER(CAST(0.5 AS DOUBLE), LEAST(x_ewma_0_5_age / CAST(0.5 AS DOUBLE), CAST(500 AS DOUBLE)))
    END AS x_ewma_0_5_weight
  FROM events_prepared_2
)
SELECT
  id,
  COUNT(past_x) AS `x_COUNT`,
  COUNT(DISTINCT past_x) AS `x_COUNT_DISTINCT`,
  CAST(SUM(CAST(past_x AS DECIMAL(38, 0))) AS BIGINT) AS `x_SUM`,
  CAST(SUM(CAST(past_x AS DECIMAL(38, 0))) AS DOUBLE) / COUNT(past_x) AS `x_MEAN`,
  MIN(past_x) AS `x_MIN`,
  MAX(past_x) AS `x_MAX`,
  STDDEV_SAMP(past_x) AS `x_STDDEV`,
  VARIANCE(past_x) AS `x_VARIANCE`,
  STDDEV_POP(past_x) AS `x_STDDEV_POP`,
  VAR_POP(past_x) AS `x_VARIANCE_POP`,
  PERCENTILE(past_x, 0.5) AS `x_MEDIAN`,
  PERCENTILE(past_x, 0.25) AS `x_QUANTILE_0_25`,
  MODE(past_x, TRUE) AS `x_MODE`,
  MAX_BY(
    past_x,
    CASE
      WHEN past_x IS NOT NULL AND `at` IS NOT NULL
        THEN STRUCT(-UNIX_MICROS(CAST(`at` AS TIMESTAMP)) AS age, past_x AS value)
    END
  ) AS `x_FIRST`,
  MAX_BY(
    past_x,
    CASE
      WHEN past_x IS NOT NULL AND `at` IS NOT NULL THEN STRUCT(`at` AS time, past_x AS value)
    END
  ) AS `x_LAST`,
  MAX_BY(
    past_x,
    CASE WHEN past_x IS NOT NULL AND x IS NOT NULL THEN STRUCT(x AS extreme, past_x AS value) END
  ) AS `x_ARG_MAX_X`,
  MAX(CASE WHEN past_x IS NOT NULL AND `at` = x_arg_min_at_extreme THEN past_x END) AS `x_ARG_MIN_AT`,
  AVG(
    CASE
      WHEN past_x IS NOT NULL
        THEN LN(CAST(x_entropy_total AS DOUBLE) / CAST(x_entropy_count AS DOUBLE))
    END
  ) AS `x_ENTROPY`,
  SUM((x_slope_time - x_slope_mean_time) * (CAST(past_x AS DOUBLE) - x_slope_mean))
    / NULLIF(SUM((x_slope_time - x_slope_mean_time) * (x_slope_time - x_slope_mean_time)), 0)
    * CAST(86400000000 AS DOUBLE) AS `x_SLOPE`,
  SUM(x_ewma_0_5_weight * CAST(past_x AS DOUBLE)) / SUM(x_ewma_0_5_weight) AS `x_EWMA_0_5`
FROM events_prepared_3
GROUP BY id
;

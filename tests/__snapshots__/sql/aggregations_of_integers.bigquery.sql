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
    PERCENTILE_CONT(CAST(past_x AS FLOAT64), 0.5) OVER (PARTITION BY id) AS x_median_median,
    PERCENTILE_CONT(CAST(past_x AS FLOAT64), 0.25) OVER (PARTITION BY id) AS x_quantile_0_25_quantile,
    COUNT(past_x) OVER (PARTITION BY id, past_x) AS x_mode_count,
    COUNT(past_x) OVER (PARTITION BY id, past_x) AS x_entropy_count,
    COUNT(past_x) OVER (PARTITION BY id) AS x_entropy_total,
    MIN(CASE WHEN past_x IS NOT NULL THEN CAST(`at` AS DATETIME) END) OVER (PARTITION BY id) AS x_slope_origin,
    MAX(CASE WHEN past_x IS NOT NULL THEN CAST(`at` AS DATETIME) END) OVER (PARTITION BY id) AS x_ewma_0_5_latest
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    MAX(x_mode_count) OVER (PARTITION BY id) AS x_mode_most,
    CASE
      WHEN past_x IS NOT NULL
        THEN CAST(DATETIME_DIFF(CAST(`at` AS DATETIME), x_slope_origin, MICROSECOND) AS FLOAT64)
    END AS x_slope_time,
    DATETIME_DIFF(x_ewma_0_5_latest, CAST(`at` AS DATETIME), MICROSECOND) / 86400000000 AS x_ewma_0_5_age
  FROM events_prepared
),
events_prepared_3 AS (
  SELECT
    *,
    AVG(x_slope_time) OVER (PARTITION BY id) AS x_slope_mean_time,
    AVG(CASE WHEN x_slope_time IS NOT NULL THEN CAST(past_x AS FLOAT64) END) OVER (PARTITION BY id) AS x_slope_mean,
    CASE WHEN past_x IS NOT NULL THEN POWER(0.5, LEAST(x_ewma_0_5_age / 0.5, 500)) END AS x_ewma_0_5_weight
  FROM events_prepared_2
)
SELECT
  id,
  COUNT(past_x) AS `x_COUNT`,
  COUNT(DISTINCT past_x) AS `x_COUNT_DISTINCT`,
  CAST(SUM(CAST(past_x AS NUMERIC)) AS INT64) AS `x_SUM`,
  CAST(AVG(CAST(past_x AS BIGNUMERIC)) AS FLOAT64) AS `x_MEAN`,
  MIN(past_x) AS `x_MIN`,
  MAX(past_x) AS `x_MAX`,
  STDDEV_SAMP(CAST(past_x AS FLOAT64)) AS `x_STDDEV`,
  VARIANCE(CAST(past_x AS FLOAT64)) AS `x_VARIANCE`,
  STDDEV_POP(CAST(past_x AS FLOAT64)) AS `x_STDDEV_POP`,
  VAR_POP(CAST(past_x AS FLOAT64)) AS `x_VARIANCE_POP`,
  MAX(x_median_median) AS `x_MEDIAN`,
  MAX(x_quantile_0_25_quantile) AS `x_QUANTILE_0_25`,
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
  ARRAY_AGG(
    CASE WHEN past_x IS NOT NULL AND `at` IS NOT NULL THEN past_x END IGNORE NULLS ORDER BY `at`, past_x DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `x_ARG_MIN_AT`,
  AVG(CASE WHEN past_x IS NOT NULL THEN LN(x_entropy_total / x_entropy_count) END) AS `x_ENTROPY`,
  SUM((x_slope_time - x_slope_mean_time) * (CAST(past_x AS FLOAT64) - x_slope_mean))
    / NULLIF(SUM((x_slope_time - x_slope_mean_time) * (x_slope_time - x_slope_mean_time)), 0)
    * 86400000000 AS `x_SLOPE`,
  SUM(x_ewma_0_5_weight * CAST(past_x AS FLOAT64)) / SUM(x_ewma_0_5_weight) AS `x_EWMA_0_5`
FROM events_prepared_3
GROUP BY id
;

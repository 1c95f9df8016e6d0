/* aggregation.every | seeknal/every.yml | bigquery */
WITH events AS (
  SELECT
    id,
    x,
    `at`,
    CAST(`at` AS DATE) AS at_day
  FROM source_values
  WHERE id IS NOT NULL AND `at` IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    PERCENTILE_CONT(CAST(x AS FLOAT64), 0.5) OVER (PARTITION BY id, at_day) AS x_median_median,
    PERCENTILE_CONT(CAST(x AS FLOAT64), 0.25) OVER (PARTITION BY id, at_day) AS x_quantile_0_25_quantile,
    COUNT(x) OVER (PARTITION BY id, at_day, CAST(x AS STRING)) AS x_mode_count,
    COUNT(x) OVER (PARTITION BY id, at_day, CAST(x AS STRING)) AS x_entropy_count,
    COUNT(x) OVER (PARTITION BY id, at_day) AS x_entropy_total,
    MIN(CASE WHEN x IS NOT NULL THEN CAST(`at` AS DATETIME) END) OVER (PARTITION BY id, at_day) AS x_slope_origin,
    MAX(CASE WHEN x IS NOT NULL THEN CAST(`at` AS DATETIME) END) OVER (PARTITION BY id, at_day) AS x_ewma_7_latest
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    MAX(x_mode_count) OVER (PARTITION BY id, at_day) AS x_mode_most,
    CASE
      WHEN x IS NOT NULL
        THEN CAST(DATETIME_DIFF(CAST(`at` AS DATETIME), x_slope_origin, MICROSECOND) AS FLOAT64)
    END AS x_slope_time,
    DATETIME_DIFF(x_ewma_7_latest, CAST(`at` AS DATETIME), MICROSECOND) / 86400000000 AS x_ewma_7_age
  FROM events_prepared
),
events_prepared_3 AS (
  SELECT
    *,
    AVG(x_slope_time) OVER (PARTITION BY id, at_day) AS x_slope_mean_time,
    AVG(CASE WHEN x_slope_time IS NOT NULL THEN CAST(x AS FLOAT64) END) OVER (
      PARTITION BY id, at_day
    ) AS x_slope_mean,
    CASE WHEN x IS NOT NULL THEN POWER(0.5, LEAST(x_ewma_7_age / 7, 500)) END AS x_ewma_7_weight
  FROM events_prepared_2
)
SELECT
  id,
  at_day AS `at`,
  COUNT(x) AS `x_count`,
  COUNT(*) AS `x_count_rows`,
  COUNT(DISTINCT x) AS `x_count_distinct`,
  SUM(x) AS `x_sum`,
  AVG(x) AS `x_avg`,
  MIN(x) AS `x_min`,
  MAX(x) AS `x_max`,
  STDDEV_SAMP(CAST(x AS FLOAT64)) AS `x_stddev`,
  VARIANCE(CAST(x AS FLOAT64)) AS `x_variance`,
  MAX(x_median_median) AS `x_median`,
  MAX(x_quantile_0_25_quantile) AS `x_quantile_0_25`,
  MIN(CASE WHEN x IS NOT NULL AND x_mode_count = x_mode_most THEN x END) AS `x_mode`,
  ARRAY_AGG(CASE WHEN x IS NOT NULL AND `at` IS NOT NULL THEN x END IGNORE NULLS ORDER BY `at`, x DESC
  LIMIT 1)[SAFE_OFFSET(0)] AS `x_first`,
  ARRAY_AGG(
    CASE WHEN x IS NOT NULL AND `at` IS NOT NULL THEN x END IGNORE NULLS ORDER BY `at` DESC, x DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `x_last`,
  ARRAY_AGG(
    CASE WHEN x IS NOT NULL AND `at` IS NOT NULL THEN x END IGNORE NULLS ORDER BY `at` DESC, x DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `x_arg_max_at`,
  AVG(CASE WHEN x IS NOT NULL THEN LN(x_entropy_total / x_entropy_count) END) AS `x_entropy`,
  SUM((x_slope_time - x_slope_mean_time) * (CAST(x AS FLOAT64) - x_slope_mean))
    / NULLIF(SUM((x_slope_time - x_slope_mean_time) * (x_slope_time - x_slope_mean_time)), 0)
    * 86400000000 AS `x_slope`,
  SUM(x_ewma_7_weight * CAST(x AS FLOAT64)) / SUM(x_ewma_7_weight) AS `x_ewma_7`
FROM events_prepared_3
GROUP BY id, at_day
;

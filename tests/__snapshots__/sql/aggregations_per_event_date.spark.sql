/* aggregation.every | seeknal/every.yml | spark */
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
    COUNT(x) OVER (PARTITION BY id, at_day, x) AS x_entropy_count,
    COUNT(x) OVER (PARTITION BY id, at_day) AS x_entropy_total,
    MIN(CASE WHEN x IS NOT NULL THEN CAST(`at` AS TIMESTAMP_NTZ) END) OVER (PARTITION BY id, at_day) AS x_slope_origin,
    MAX(CASE WHEN x IS NOT NULL THEN CAST(`at` AS TIMESTAMP_NTZ) END) OVER (PARTITION BY id, at_day) AS x_ewma_7_latest
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    CASE
      WHEN x IS NOT NULL
        THEN CAST(TIMESTAMPDIFF(MICROSECOND, x_slope_origin, CAST(`at` AS TIMESTAMP_NTZ)) AS DOUBLE)
    END AS x_slope_time,
    CAST(TIMESTAMPDIFF(MICROSECOND, CAST(`at` AS TIMESTAMP_NTZ), x_ewma_7_latest) AS DOUBLE)
      / CAST(86400000000 AS DOUBLE) AS x_ewma_7_age
  FROM events_prepared
),
events_prepared_3 AS (
  SELECT
    *,
    AVG(x_slope_time) OVER (PARTITION BY id, at_day) AS x_slope_mean_time,
    AVG(CASE WHEN x_slope_time IS NOT NULL THEN CAST(x AS DOUBLE) END) OVER (PARTITION BY id, at_day) AS x_slope_mean,
    CASE
      WHEN x IS NOT NULL
        THEN POWER(CAST(0.5 AS DOUBLE), LEAST(x_ewma_7_age / CAST(7 AS DOUBLE), CAST(500 AS DOUBLE)))
    END AS x_ewma_7_weight
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
  STDDEV_SAMP(x) AS `x_stddev`,
  VARIANCE(x) AS `x_variance`,
  PERCENTILE(x, 0.5) AS `x_median`,
  PERCENTILE(x, 0.25) AS `x_quantile_0_25`,
  MODE(x, TRUE) AS `x_mode`,
  MAX_BY(
    x,
    CASE
      WHEN x IS NOT NULL AND `at` IS NOT NULL
        THEN STRUCT(-UNIX_MICROS(CAST(`at` AS TIMESTAMP)) AS age, x AS value)
    END
  ) AS `x_first`,
  MAX_BY(x, CASE WHEN x IS NOT NULL AND `at` IS NOT NULL THEN STRUCT(`at` AS time, x AS value) END) AS `x_last`,
  MAX_BY(
    x,
    CASE WHEN x IS NOT NULL AND `at` IS NOT NULL THEN STRUCT(`at` AS extreme, x AS value) END
  ) AS `x_arg_max_at`,
  AVG(
    CASE
      WHEN x IS NOT NULL
        THEN LN(CAST(x_entropy_total AS DOUBLE) / CAST(x_entropy_count AS DOUBLE))
    END
  ) AS `x_entropy`,
  SUM((x_slope_time - x_slope_mean_time) * (CAST(x AS DOUBLE) - x_slope_mean))
    / NULLIF(SUM((x_slope_time - x_slope_mean_time) * (x_slope_time - x_slope_mean_time)), 0)
    * CAST(86400000000 AS DOUBLE) AS `x_slope`,
  SUM(x_ewma_7_weight * CAST(x AS DOUBLE)) / SUM(x_ewma_7_weight) AS `x_ewma_7`
FROM events_prepared_3
GROUP BY id, at_day
;

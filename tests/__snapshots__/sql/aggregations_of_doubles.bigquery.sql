/* second_order_aggregation.every | seeknal/every.yml | bigquery */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    y,
    `at`,
    DATE_DIFF(as_of, CAST(`at` AS DATE), DAY) AS days,
    CASE WHEN CAST(`at` AS DATE) <= as_of THEN x END AS past_x
  FROM source_values
  WHERE id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    PERCENTILE_CONT(CAST(past_x AS FLOAT64), 0.5) OVER (PARTITION BY id) AS x_median_median,
    PERCENTILE_CONT(CAST(past_x AS FLOAT64), 0.25) OVER (PARTITION BY id) AS x_quantile_0_25_quantile,
    COUNT(past_x) OVER (PARTITION BY id, CAST(past_x AS STRING)) AS x_mode_count,
    COUNT(past_x) OVER (PARTITION BY id, CAST(past_x AS STRING)) AS x_entropy_count,
    COUNT(past_x) OVER (PARTITION BY id) AS x_entropy_total,
    MIN(CASE WHEN past_x IS NOT NULL THEN CAST(`at` AS DATETIME) END) OVER (PARTITION BY id) AS x_slope_origin,
    MAX(CASE WHEN past_x IS NOT NULL THEN CAST(`at` AS DATETIME) END) OVER (PARTITION BY id) AS x_ewma_7_latest,
    PERCENTILE_CONT(CAST(CASE WHEN days <= 6 THEN past_x END AS FLOAT64), 0.5) OVER (PARTITION BY id) AS x_median_0_6_median,
    PERCENTILE_CONT(CAST(CASE WHEN days <= 6 THEN past_x END AS FLOAT64), 0.25) OVER (
      PARTITION BY id
    ) AS x_quantile_0_25_0_6_quantile,
    COUNT(CASE WHEN days <= 6 THEN past_x END) OVER (
      PARTITION BY id, CAST(CASE WHEN days <= 6 THEN past_x END AS STRING)
    ) AS x_mode_0_6_count,
    COUNT(CASE WHEN days <= 6 THEN past_x END) OVER (
      PARTITION BY id, CAST(CASE WHEN days <= 6 THEN past_x END AS STRING)
    ) AS x_entropy_0_6_count,
    COUNT(CASE WHEN days <= 6 THEN past_x END) OVER (PARTITION BY id) AS x_entropy_0_6_total,
    MIN(CASE WHEN days <= 6 AND past_x IS NOT NULL THEN CAST(`at` AS DATETIME) END) OVER (
      PARTITION BY id
    ) AS x_slope_0_6_origin,
    MAX(CASE WHEN days <= 6 AND past_x IS NOT NULL THEN CAST(`at` AS DATETIME) END) OVER (
      PARTITION BY id
    ) AS x_ewma_7_0_6_latest
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
    DATETIME_DIFF(x_ewma_7_latest, CAST(`at` AS DATETIME), MICROSECOND) / 86400000000 AS x_ewma_7_age,
    MAX(x_mode_0_6_count) OVER (PARTITION BY id) AS x_mode_0_6_most,
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL
        THEN CAST(DATETIME_DIFF(CAST(`at` AS DATETIME), x_slope_0_6_origin, MICROSECOND) AS FLOAT64)
    END AS x_slope_0_6_time,
    DATETIME_DIFF(x_ewma_7_0_6_latest, CAST(`at` AS DATETIME), MICROSECOND) / 86400000000 AS x_ewma_7_0_6_age
  FROM events_prepared
),
events_prepared_3 AS (
  SELECT
    *,
    AVG(x_slope_time) OVER (PARTITION BY id) AS x_slope_mean_time,
    AVG(CASE WHEN x_slope_time IS NOT NULL THEN CAST(past_x AS FLOAT64) END) OVER (PARTITION BY id) AS x_slope_mean,
    CASE WHEN past_x IS NOT NULL THEN POWER(0.5, LEAST(x_ewma_7_age / 7, 500)) END AS x_ewma_7_weight,
    AVG(x_slope_0_6_time) OVER (PARTITION BY id) AS x_slope_0_6_mean_time,
    AVG(CASE WHEN x_slope_0_6_time IS NOT NULL THEN CAST(past_x AS FLOAT64) END) OVER (
      PARTITION BY id
    ) AS x_slope_0_6_mean,
    CASE WHEN days <= 6 AND past_x IS NOT NULL THEN POWER(0.5, LEAST(x_ewma_7_0_6_age / 7, 500)) END AS x_ewma_7_0_6_weight
  FROM events_prepared_2
)
SELECT
  id,
  COUNT(past_x) AS `x_COUNT`,
  COUNT(CASE WHEN days >= 0 THEN 1 END) AS `x_COUNT_ROWS`,
  COUNT(DISTINCT past_x) AS `x_COUNT_DISTINCT`,
  SUM(past_x) AS `x_SUM`,
  AVG(past_x) AS `x_MEAN`,
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
    CASE WHEN past_x IS NOT NULL AND y IS NOT NULL THEN past_x END IGNORE NULLS ORDER BY y DESC, past_x DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `x_ARG_MAX_Y`,
  ARRAY_AGG(
    CASE WHEN past_x IS NOT NULL AND y IS NOT NULL THEN past_x END IGNORE NULLS ORDER BY y, past_x DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `x_ARG_MIN_Y`,
  AVG(CASE WHEN past_x IS NOT NULL THEN LN(x_entropy_total / x_entropy_count) END) AS `x_ENTROPY`,
  MIN(CASE WHEN days >= 0 THEN days END) AS `x_DAYS_SINCE_LAST`,
  MAX(CASE WHEN days >= 0 THEN days END) AS `x_DAYS_SINCE_FIRST`,
  SUM((x_slope_time - x_slope_mean_time) * (CAST(past_x AS FLOAT64) - x_slope_mean))
    / NULLIF(SUM((x_slope_time - x_slope_mean_time) * (x_slope_time - x_slope_mean_time)), 0)
    * 86400000000 AS `x_SLOPE`,
  SUM(x_ewma_7_weight * CAST(past_x AS FLOAT64)) / SUM(x_ewma_7_weight) AS `x_EWMA_7`,
  /* week: window [0, 6] */
  COUNT(CASE WHEN days <= 6 THEN past_x END) AS `x_COUNT_0_6`,
  COUNT(CASE WHEN days BETWEEN 0 AND 6 THEN 1 END) AS `x_COUNT_ROWS_0_6`,
  COUNT(DISTINCT CASE WHEN days <= 6 THEN past_x END) AS `x_COUNT_DISTINCT_0_6`,
  SUM(CASE WHEN days <= 6 THEN past_x END) AS `x_SUM_0_6`,
  AVG(CASE WHEN days <= 6 THEN past_x END) AS `x_MEAN_0_6`,
  MIN(CASE WHEN days <= 6 THEN past_x END) AS `x_MIN_0_6`,
  MAX(CASE WHEN days <= 6 THEN past_x END) AS `x_MAX_0_6`,
  STDDEV_SAMP(CAST(CASE WHEN days <= 6 THEN past_x END AS FLOAT64)) AS `x_STDDEV_0_6`,
  VARIANCE(CAST(CASE WHEN days <= 6 THEN past_x END AS FLOAT64)) AS `x_VARIANCE_0_6`,
  STDDEV_POP(CAST(CASE WHEN days <= 6 THEN past_x END AS FLOAT64)) AS `x_STDDEV_POP_0_6`,
  VAR_POP(CAST(CASE WHEN days <= 6 THEN past_x END AS FLOAT64)) AS `x_VARIANCE_POP_0_6`,
  MAX(x_median_0_6_median) AS `x_MEDIAN_0_6`,
  MAX(x_quantile_0_25_0_6_quantile) AS `x_QUANTILE_0_25_0_6`,
  MIN(
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL AND x_mode_0_6_count = x_mode_0_6_most THEN past_x
    END
  ) AS `x_MODE_0_6`,
  ARRAY_AGG(
    CASE WHEN days <= 6 AND past_x IS NOT NULL AND `at` IS NOT NULL THEN past_x END IGNORE NULLS ORDER BY `at`, past_x DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `x_FIRST_0_6`,
  ARRAY_AGG(
    CASE WHEN days <= 6 AND past_x IS NOT NULL AND `at` IS NOT NULL THEN past_x END IGNORE NULLS ORDER BY `at` DESC, past_x DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `x_LAST_0_6`,
  ARRAY_AGG(
    CASE WHEN days <= 6 AND past_x IS NOT NULL AND y IS NOT NULL THEN past_x END IGNORE NULLS ORDER BY y DESC, past_x DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `x_ARG_MAX_Y_0_6`,
  ARRAY_AGG(
    CASE WHEN days <= 6 AND past_x IS NOT NULL AND y IS NOT NULL THEN past_x END IGNORE NULLS ORDER BY y, past_x DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `x_ARG_MIN_Y_0_6`,
  AVG(
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL THEN LN(x_entropy_0_6_total / x_entropy_0_6_count)
    END
  ) AS `x_ENTROPY_0_6`,
  MIN(CASE WHEN days BETWEEN 0 AND 6 THEN days END) AS `x_DAYS_SINCE_LAST_0_6`,
  MAX(CASE WHEN days BETWEEN 0 AND 6 THEN days END) AS `x_DAYS_SINCE_FIRST_0_6`,
  SUM((x_slope_0_6_time - x_slope_0_6_mean_time) * (CAST(past_x AS FLOAT64) - x_slope_0_6_mean))
    / NULLIF(
      SUM(
        (x_slope_0_6_time - x_slope_0_6_mean_time) * (x_slope_0_6_time - x_slope_0_6_mean_time)
      ),
      0
    )
    * 86400000000 AS `x_SLOPE_0_6`,
  SUM(x_ewma_7_0_6_weight * CAST(past_x AS FLOAT64)) / SUM(x_ewma_7_0_6_weight) AS `x_EWMA_7_0_6`
FROM events_prepared_3
GROUP BY id
;

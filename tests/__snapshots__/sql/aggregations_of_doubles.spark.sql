/* second_order_aggregation.every | seeknal/every.yml | spark */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    y,
    `at`,
    DATEDIFF(as_of, CAST(`at` AS DATE)) AS days,
    CASE WHEN CAST(`at` AS DATE) <= as_of THEN x END AS past_x
  FROM source_values
  WHERE id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    MIN(CASE WHEN past_x IS NOT NULL THEN y END) OVER (PARTITION BY id) AS x_arg_min_y_extreme,
    COUNT(past_x) OVER (PARTITION BY id, past_x) AS x_entropy_count,
    COUNT(past_x) OVER (PARTITION BY id) AS x_entropy_total,
    MIN(CASE WHEN past_x IS NOT NULL THEN CAST(`at` AS TIMESTAMP_NTZ) END) OVER (PARTITION BY id) AS x_slope_origin,
    MAX(CASE WHEN past_x IS NOT NULL THEN CAST(`at` AS TIMESTAMP_NTZ) END) OVER (PARTITION BY id) AS x_ewma_7_latest,
    MIN(CASE WHEN days <= 6 AND past_x IS NOT NULL THEN y END) OVER (PARTITION BY id) AS x_arg_min_y_0_6_extreme,
    COUNT(CASE WHEN days <= 6 THEN past_x END) OVER (
      PARTITION BY id, CASE WHEN days <= 6 THEN past_x END
    ) AS x_entropy_0_6_count,
    COUNT(CASE WHEN days <= 6 THEN past_x END) OVER (PARTITION BY id) AS x_entropy_0_6_total,
    MIN(CASE WHEN days <= 6 AND past_x IS NOT NULL THEN CAST(`at` AS TIMESTAMP_NTZ) END) OVER (
      PARTITION BY id
    ) AS x_slope_0_6_origin,
    MAX(CASE WHEN days <= 6 AND past_x IS NOT NULL THEN CAST(`at` AS TIMESTAMP_NTZ) END) OVER (
      PARTITION BY id
    ) AS x_ewma_7_0_6_latest
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    CASE
      WHEN past_x IS NOT NULL
        THEN CAST(TIMESTAMPDIFF(MICROSECOND, x_slope_origin, CAST(`at` AS TIMESTAMP_NTZ)) AS DOUBLE)
    END AS x_slope_time,
    CAST(TIMESTAMPDIFF(MICROSECOND, CAST(`at` AS TIMESTAMP_NTZ), x_ewma_7_latest) AS DOUBLE)
      / CAST(86400000000 AS DOUBLE) AS x_ewma_7_age,
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL
        THEN CAST(
          TIMESTAMPDIFF(MICROSECOND, x_slope_0_6_origin, CAST(`at` AS TIMESTAMP_NTZ)) AS DOUBLE
        )
    END AS x_slope_0_6_time,
    CAST(TIMESTAMPDIFF(MICROSECOND, CAST(`at` AS TIMESTAMP_NTZ), x_ewma_7_0_6_latest) AS DOUBLE)
      / CAST(86400000000 AS DOUBLE) AS x_ewma_7_0_6_age
  FROM events_prepared
),
events_prepared_3 AS (
  SELECT
    *,
    AVG(x_slope_time) OVER (PARTITION BY id) AS x_slope_mean_time,
    AVG(CASE WHEN x_slope_time IS NOT NULL THEN CAST(past_x AS DOUBLE) END) OVER (PARTITION BY id) AS x_slope_mean,
    CASE
      WHEN past_x IS NOT NULL
        THEN POWER(CAST(0.5 AS DOUBLE), LEAST(x_ewma_7_age / CAST(7 AS DOUBLE), CAST(500 AS DOUBLE)))
    END AS x_ewma_7_weight,
    AVG(x_slope_0_6_time) OVER (PARTITION BY id) AS x_slope_0_6_mean_time,
    AVG(CASE WHEN x_slope_0_6_time IS NOT NULL THEN CAST(past_x AS DOUBLE) END) OVER (
      PARTITION BY id
    ) AS x_slope_0_6_mean,
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL
        THEN POWER(CAST(0.5 AS DOUBLE), LEAST(x_ewma_7_0_6_age / CAST(7 AS DOUBLE), CAST(500 AS DOUBLE)))
    END AS x_ewma_7_0_6_weight
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
    CASE WHEN past_x IS NOT NULL AND y IS NOT NULL THEN STRUCT(y AS extreme, past_x AS value) END
  ) AS `x_ARG_MAX_Y`,
  MAX(CASE WHEN past_x IS NOT NULL AND y = x_arg_min_y_extreme THEN past_x END) AS `x_ARG_MIN_Y`,
  AVG(
    CASE
      WHEN past_x IS NOT NULL
        THEN LN(CAST(x_entropy_total AS DOUBLE) / CAST(x_entropy_count AS DOUBLE))
    END
  ) AS `x_ENTROPY`,
  CAST(MIN(CASE WHEN days >= 0 THEN days END) AS BIGINT) AS `x_DAYS_SINCE_LAST`,
  CAST(MAX(CASE WHEN days >= 0 THEN days END) AS BIGINT) AS `x_DAYS_SINCE_FIRST`,
  SUM((x_slope_time - x_slope_mean_time) * (CAST(past_x AS DOUBLE) - x_slope_mean))
    / NULLIF(SUM((x_slope_time - x_slope_mean_time) * (x_slope_time - x_slope_mean_time)), 0)
    * CAST(86400000000 AS DOUBLE) AS `x_SLOPE`,
  SUM(x_ewma_7_weight * CAST(past_x AS DOUBLE)) / SUM(x_ewma_7_weight) AS `x_EWMA_7`,
  /* week: window [0, 6] */
  COUNT(CASE WHEN days <= 6 THEN past_x END) AS `x_COUNT_0_6`,
  COUNT(CASE WHEN days BETWEEN 0 AND 6 THEN 1 END) AS `x_COUNT_ROWS_0_6`,
  COUNT(DISTINCT CASE WHEN days <= 6 THEN past_x END) AS `x_COUNT_DISTINCT_0_6`,
  SUM(CASE WHEN days <= 6 THEN past_x END) AS `x_SUM_0_6`,
  AVG(CASE WHEN days <= 6 THEN past_x END) AS `x_MEAN_0_6`,
  MIN(CASE WHEN days <= 6 THEN past_x END) AS `x_MIN_0_6`,
  MAX(CASE WHEN days <= 6 THEN past_x END) AS `x_MAX_0_6`,
  STDDEV_SAMP(CASE WHEN days <= 6 THEN past_x END) AS `x_STDDEV_0_6`,
  VARIANCE(CASE WHEN days <= 6 THEN past_x END) AS `x_VARIANCE_0_6`,
  STDDEV_POP(CASE WHEN days <= 6 THEN past_x END) AS `x_STDDEV_POP_0_6`,
  VAR_POP(CASE WHEN days <= 6 THEN past_x END) AS `x_VARIANCE_POP_0_6`,
  PERCENTILE(CASE WHEN days <= 6 THEN past_x END, 0.5) AS `x_MEDIAN_0_6`,
  PERCENTILE(CASE WHEN days <= 6 THEN past_x END, 0.25) AS `x_QUANTILE_0_25_0_6`,
  MODE(CASE WHEN days <= 6 THEN past_x END, TRUE) AS `x_MODE_0_6`,
  MAX_BY(
    past_x,
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL AND `at` IS NOT NULL
        THEN STRUCT(-UNIX_MICROS(CAST(`at` AS TIMESTAMP)) AS age, past_x AS value)
    END
  ) AS `x_FIRST_0_6`,
  MAX_BY(
    past_x,
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL AND `at` IS NOT NULL
        THEN STRUCT(`at` AS time, past_x AS value)
    END
  ) AS `x_LAST_0_6`,
  MAX_BY(
    past_x,
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL AND y IS NOT NULL
        THEN STRUCT(y AS extreme, past_x AS value)
    END
  ) AS `x_ARG_MAX_Y_0_6`,
  MAX(CASE WHEN days <= 6 AND past_x IS NOT NULL AND y = x_arg_min_y_0_6_extreme THEN past_x END) AS `x_ARG_MIN_Y_0_6`,
  AVG(
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL
        THEN LN(CAST(x_entropy_0_6_total AS DOUBLE) / CAST(x_entropy_0_6_count AS DOUBLE))
    END
  ) AS `x_ENTROPY_0_6`,
  CAST(MIN(CASE WHEN days BETWEEN 0 AND 6 THEN days END) AS BIGINT) AS `x_DAYS_SINCE_LAST_0_6`,
  CAST(MAX(CASE WHEN days BETWEEN 0 AND 6 THEN days END) AS BIGINT) AS `x_DAYS_SINCE_FIRST_0_6`,
  SUM((x_slope_0_6_time - x_slope_0_6_mean_time) * (CAST(past_x AS DOUBLE) - x_slope_0_6_mean))
    / NULLIF(
      SUM(
        (x_slope_0_6_time - x_slope_0_6_mean_time) * (x_slope_0_6_time - x_slope_0_6_mean_time)
      ),
      0
    )
    * CAST(86400000000 AS DOUBLE) AS `x_SLOPE_0_6`,
  SUM(x_ewma_7_0_6_weight * CAST(past_x AS DOUBLE)) / SUM(x_ewma_7_0_6_weight) AS `x_EWMA_7_0_6`
FROM events_prepared_3
GROUP BY id
;

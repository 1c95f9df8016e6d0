/* second_order_aggregation.every | seeknal/every.yml | trino */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    y,
    "at",
    DATE_DIFF('DAY', CAST("at" AS DATE), as_of) AS days,
    CASE WHEN CAST("at" AS DATE) <= as_of THEN x END AS past_x
  FROM source_values
  WHERE id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY id
      ORDER BY CASE WHEN past_x IS NOT NULL THEN 0 ELSE 1 END, past_x
    ) AS x_median_rank,
    COUNT(past_x) OVER (PARTITION BY id) AS x_median_count,
    ROW_NUMBER() OVER (
      PARTITION BY id
      ORDER BY CASE WHEN past_x IS NOT NULL THEN 0 ELSE 1 END, past_x
    ) AS x_quantile_0_25_rank,
    COUNT(past_x) OVER (PARTITION BY id) AS x_quantile_0_25_count,
    COUNT(past_x) OVER (PARTITION BY id, past_x) AS x_mode_count,
    MIN(CASE WHEN past_x IS NOT NULL THEN "at" END) OVER (PARTITION BY id) AS x_first_time,
    MAX(CASE WHEN past_x IS NOT NULL THEN "at" END) OVER (PARTITION BY id) AS x_last_time,
    MAX(CASE WHEN past_x IS NOT NULL THEN y END) OVER (PARTITION BY id) AS x_arg_max_y_extreme,
    MIN(CASE WHEN past_x IS NOT NULL THEN y END) OVER (PARTITION BY id) AS x_arg_min_y_extreme,
    COUNT(past_x) OVER (PARTITION BY id, past_x) AS x_entropy_count,
    COUNT(past_x) OVER (PARTITION BY id) AS x_entropy_total,
    MIN(CASE WHEN past_x IS NOT NULL THEN CAST("at" AS TIMESTAMP(6)) END) OVER (PARTITION BY id) AS x_slope_origin,
    MAX(CASE WHEN past_x IS NOT NULL THEN CAST("at" AS TIMESTAMP(6)) END) OVER (PARTITION BY id) AS x_ewma_7_latest,
    ROW_NUMBER() OVER (
      PARTITION BY id
      ORDER BY CASE WHEN days <= 6 AND past_x IS NOT NULL THEN 0 ELSE 1 END, past_x
    ) AS x_median_0_6_rank,
    COUNT(CASE WHEN days <= 6 THEN past_x END) OVER (PARTITION BY id) AS x_median_0_6_count,
    ROW_NUMBER() OVER (
      PARTITION BY id
      ORDER BY CASE WHEN days <= 6 AND past_x IS NOT NULL THEN 0 ELSE 1 END, past_x
    ) AS x_quantile_0_25_0_6_rank,
    COUNT(CASE WHEN days <= 6 THEN past_x END) OVER (PARTITION BY id) AS x_quantile_0_25_0_6_count,
    COUNT(CASE WHEN days <= 6 THEN past_x END) OVER (
      PARTITION BY id, CASE WHEN days <= 6 THEN past_x END
    ) AS x_mode_0_6_count,
    MIN(CASE WHEN days <= 6 AND past_x IS NOT NULL THEN "at" END) OVER (PARTITION BY id) AS x_first_0_6_time,
    MAX(CASE WHEN days <= 6 AND past_x IS NOT NULL THEN "at" END) OVER (PARTITION BY id) AS x_last_0_6_time,
    MAX(CASE WHEN days <= 6 AND past_x IS NOT NULL THEN y END) OVER (PARTITION BY id) AS x_arg_max_y_0_6_extreme,
    MIN(CASE WHEN days <= 6 AND past_x IS NOT NULL THEN y END) OVER (PARTITION BY id) AS x_arg_min_y_0_6_extreme,
    COUNT(CASE WHEN days <= 6 THEN past_x END) OVER (
      PARTITION BY id, CASE WHEN days <= 6 THEN past_x END
    ) AS x_entropy_0_6_count,
    COUNT(CASE WHEN days <= 6 THEN past_x END) OVER (PARTITION BY id) AS x_entropy_0_6_total,
    MIN(CASE WHEN days <= 6 AND past_x IS NOT NULL THEN CAST("at" AS TIMESTAMP(6)) END) OVER (
      PARTITION BY id
    ) AS x_slope_0_6_origin,
    MAX(CASE WHEN days <= 6 AND past_x IS NOT NULL THEN CAST("at" AS TIMESTAMP(6)) END) OVER (
      PARTITION BY id
    ) AS x_ewma_7_0_6_latest
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    ABS(x_median_rank - 1 - CAST(0.5 AS DOUBLE) * (x_median_count - 1)) AS x_median_distance,
    ABS(x_quantile_0_25_rank - 1 - CAST(0.25 AS DOUBLE) * (x_quantile_0_25_count - 1)) AS x_quantile_0_25_distance,
    MAX(x_mode_count) OVER (PARTITION BY id) AS x_mode_most,
    CASE
      WHEN past_x IS NOT NULL
        THEN CAST(
          (
            CAST(
              ROUND(TO_UNIXTIME(CAST("at" AS TIMESTAMP(6))) * CAST(1000000 AS DOUBLE)) AS BIGINT
            )
              - CAST(ROUND(TO_UNIXTIME(x_slope_origin) * CAST(1000000 AS DOUBLE)) AS BIGINT)
          ) AS DOUBLE
        )
    END AS x_slope_time,
    CAST(
      (
        CAST(ROUND(TO_UNIXTIME(x_ewma_7_latest) * CAST(1000000 AS DOUBLE)) AS BIGINT)
          - CAST(ROUND(TO_UNIXTIME(CAST("at" AS TIMESTAMP(6))) * CAST(1000000 AS DOUBLE)) AS BIGINT)
      ) AS DOUBLE
    )
      / CAST(86400000000 AS DOUBLE) AS x_ewma_7_age,
    ABS(x_median_0_6_rank - 1 - CAST(0.5 AS DOUBLE) * (x_median_0_6_count - 1)) AS x_median_0_6_distance,
    ABS(x_quantile_0_25_0_6_rank - 1 - CAST(0.25 AS DOUBLE) * (x_quantile_0_25_0_6_count - 1)) AS x_quantile_0_25_0_6_distance,
    MAX(x_mode_0_6_count) OVER (PARTITION BY id) AS x_mode_0_6_most,
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL
        THEN CAST(
          (
            CAST(
              ROUND(TO_UNIXTIME(CAST("at" AS TIMESTAMP(6))) * CAST(1000000 AS DOUBLE)) AS BIGINT
            )
              - CAST(ROUND(TO_UNIXTIME(x_slope_0_6_origin) * CAST(1000000 AS DOUBLE)) AS BIGINT)
          ) AS DOUBLE
        )
    END AS x_slope_0_6_time,
    CAST(
      (
        CAST(ROUND(TO_UNIXTIME(x_ewma_7_0_6_latest) * CAST(1000000 AS DOUBLE)) AS BIGINT)
          - CAST(ROUND(TO_UNIXTIME(CAST("at" AS TIMESTAMP(6))) * CAST(1000000 AS DOUBLE)) AS BIGINT)
      ) AS DOUBLE
    )
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
        THEN POWER(
          CAST(0.5 AS DOUBLE),
          LEAST(
            COALESCE(x_ewma_7_age / CAST(7 AS DOUBLE), CAST(500 AS DOUBLE)),
            COALESCE(CAST(500 AS DOUBLE), x_ewma_7_age / CAST(7 AS DOUBLE))
          )
        )
    END AS x_ewma_7_weight,
    AVG(x_slope_0_6_time) OVER (PARTITION BY id) AS x_slope_0_6_mean_time,
    AVG(CASE WHEN x_slope_0_6_time IS NOT NULL THEN CAST(past_x AS DOUBLE) END) OVER (
      PARTITION BY id
    ) AS x_slope_0_6_mean,
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL
        THEN POWER(
          CAST(0.5 AS DOUBLE),
          LEAST(
            COALESCE(x_ewma_7_0_6_age / CAST(7 AS DOUBLE), CAST(500 AS DOUBLE)),
            COALESCE(CAST(500 AS DOUBLE), x_ewma_7_0_6_age / CAST(7 AS DOUBLE))
          )
        )
    END AS x_ewma_7_0_6_weight
  FROM events_prepared_2
)
SELECT
  id,
  COUNT(past_x) AS "x_COUNT",
  COUNT(CASE WHEN days >= 0 THEN 1 END) AS "x_COUNT_ROWS",
  COUNT(DISTINCT past_x) AS "x_COUNT_DISTINCT",
  SUM(past_x) AS "x_SUM",
  AVG(past_x) AS "x_MEAN",
  MIN(past_x) AS "x_MIN",
  MAX(past_x) AS "x_MAX",
  CASE WHEN COUNT(past_x) > 1 THEN STDDEV_SAMP(CAST(past_x AS DOUBLE)) END AS "x_STDDEV",
  CASE WHEN COUNT(past_x) > 1 THEN VARIANCE(CAST(past_x AS DOUBLE)) END AS "x_VARIANCE",
  STDDEV_POP(CAST(past_x AS DOUBLE)) AS "x_STDDEV_POP",
  VAR_POP(CAST(past_x AS DOUBLE)) AS "x_VARIANCE_POP",
  SUM(
    CASE
      WHEN past_x IS NOT NULL AND x_median_distance < 1
        THEN CAST(past_x AS DOUBLE) * (1 - x_median_distance)
    END
  ) AS "x_MEDIAN",
  SUM(
    CASE
      WHEN past_x IS NOT NULL AND x_quantile_0_25_distance < 1
        THEN CAST(past_x AS DOUBLE) * (1 - x_quantile_0_25_distance)
    END
  ) AS "x_QUANTILE_0_25",
  MIN(CASE WHEN past_x IS NOT NULL AND x_mode_count = x_mode_most THEN past_x END) AS "x_MODE",
  MAX(CASE WHEN past_x IS NOT NULL AND "at" = x_first_time THEN past_x END) AS "x_FIRST",
  MAX(CASE WHEN past_x IS NOT NULL AND "at" = x_last_time THEN past_x END) AS "x_LAST",
  MAX(CASE WHEN past_x IS NOT NULL AND y = x_arg_max_y_extreme THEN past_x END) AS "x_ARG_MAX_Y",
  MAX(CASE WHEN past_x IS NOT NULL AND y = x_arg_min_y_extreme THEN past_x END) AS "x_ARG_MIN_Y",
  AVG(
    CASE
      WHEN past_x IS NOT NULL
        THEN LN(CAST(x_entropy_total AS DOUBLE) / CAST(x_entropy_count AS DOUBLE))
    END
  ) AS "x_ENTROPY",
  MIN(CASE WHEN days >= 0 THEN days END) AS "x_DAYS_SINCE_LAST",
  MAX(CASE WHEN days >= 0 THEN days END) AS "x_DAYS_SINCE_FIRST",
  CAST(SUM((x_slope_time - x_slope_mean_time) * (CAST(past_x AS DOUBLE) - x_slope_mean)) AS DOUBLE)
    / NULLIF(SUM((x_slope_time - x_slope_mean_time) * (x_slope_time - x_slope_mean_time)), 0)
    * CAST(86400000000 AS DOUBLE) AS "x_SLOPE",
  CAST(SUM(x_ewma_7_weight * CAST(past_x AS DOUBLE)) AS DOUBLE) / SUM(x_ewma_7_weight) AS "x_EWMA_7",
  /* week: window [0, 6] */
  COUNT(CASE WHEN days <= 6 THEN past_x END) AS "x_COUNT_0_6",
  COUNT(CASE WHEN days BETWEEN 0 AND 6 THEN 1 END) AS "x_COUNT_ROWS_0_6",
  COUNT(DISTINCT CASE WHEN days <= 6 THEN past_x END) AS "x_COUNT_DISTINCT_0_6",
  SUM(CASE WHEN days <= 6 THEN past_x END) AS "x_SUM_0_6",
  AVG(CASE WHEN days <= 6 THEN past_x END) AS "x_MEAN_0_6",
  MIN(CASE WHEN days <= 6 THEN past_x END) AS "x_MIN_0_6",
  MAX(CASE WHEN days <= 6 THEN past_x END) AS "x_MAX_0_6",
  CASE
    WHEN COUNT(CASE WHEN days <= 6 THEN past_x END) > 1
      THEN STDDEV_SAMP(CAST(CASE WHEN days <= 6 THEN past_x END AS DOUBLE))
  END AS "x_STDDEV_0_6",
  CASE
    WHEN COUNT(CASE WHEN days <= 6 THEN past_x END) > 1
      THEN VARIANCE(CAST(CASE WHEN days <= 6 THEN past_x END AS DOUBLE))
  END AS "x_VARIANCE_0_6",
  STDDEV_POP(CAST(CASE WHEN days <= 6 THEN past_x END AS DOUBLE)) AS "x_STDDEV_POP_0_6",
  VAR_POP(CAST(CASE WHEN days <= 6 THEN past_x END AS DOUBLE)) AS "x_VARIANCE_POP_0_6",
  SUM(
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL AND x_median_0_6_distance < 1
        THEN CAST(past_x AS DOUBLE) * (1 - x_median_0_6_distance)
    END
  ) AS "x_MEDIAN_0_6",
  SUM(
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL AND x_quantile_0_25_0_6_distance < 1
        THEN CAST(past_x AS DOUBLE) * (1 - x_quantile_0_25_0_6_distance)
    END
  ) AS "x_QUANTILE_0_25_0_6",
  MIN(
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL AND x_mode_0_6_count = x_mode_0_6_most THEN past_x
    END
  ) AS "x_MODE_0_6",
  MAX(CASE WHEN days <= 6 AND past_x IS NOT NULL AND "at" = x_first_0_6_time THEN past_x END) AS "x_FIRST_0_6",
  MAX(CASE WHEN days <= 6 AND past_x IS NOT NULL AND "at" = x_last_0_6_time THEN past_x END) AS "x_LAST_0_6",
  MAX(CASE WHEN days <= 6 AND past_x IS NOT NULL AND y = x_arg_max_y_0_6_extreme THEN past_x END) AS "x_ARG_MAX_Y_0_6",
  MAX(CASE WHEN days <= 6 AND past_x IS NOT NULL AND y = x_arg_min_y_0_6_extreme THEN past_x END) AS "x_ARG_MIN_Y_0_6",
  AVG(
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL
        THEN LN(CAST(x_entropy_0_6_total AS DOUBLE) / CAST(x_entropy_0_6_count AS DOUBLE))
    END
  ) AS "x_ENTROPY_0_6",
  MIN(CASE WHEN days BETWEEN 0 AND 6 THEN days END) AS "x_DAYS_SINCE_LAST_0_6",
  MAX(CASE WHEN days BETWEEN 0 AND 6 THEN days END) AS "x_DAYS_SINCE_FIRST_0_6",
  CAST(
    SUM((x_slope_0_6_time - x_slope_0_6_mean_time) * (CAST(past_x AS DOUBLE) - x_slope_0_6_mean)) AS DOUBLE
  )
    / NULLIF(
      SUM(
        (x_slope_0_6_time - x_slope_0_6_mean_time) * (x_slope_0_6_time - x_slope_0_6_mean_time)
      ),
      0
    )
    * CAST(86400000000 AS DOUBLE) AS "x_SLOPE_0_6",
  CAST(SUM(x_ewma_7_0_6_weight * CAST(past_x AS DOUBLE)) AS DOUBLE) / SUM(x_ewma_7_0_6_weight) AS "x_EWMA_7_0_6"
FROM events_prepared_3
GROUP BY id
;

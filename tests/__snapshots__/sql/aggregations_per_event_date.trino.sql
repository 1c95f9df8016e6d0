/* aggregation.every | seeknal/every.yml | trino */
WITH events AS (
  SELECT
    id,
    x,
    "at",
    CAST("at" AS DATE) AS at_day
  FROM source_values
  WHERE id IS NOT NULL AND "at" IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY id, at_day ORDER BY CASE WHEN x IS NOT NULL THEN 0 ELSE 1 END, x) AS x_median_rank,
    COUNT(x) OVER (PARTITION BY id, at_day) AS x_median_count,
    ROW_NUMBER() OVER (PARTITION BY id, at_day ORDER BY CASE WHEN x IS NOT NULL THEN 0 ELSE 1 END, x) AS x_quantile_0_25_rank,
    COUNT(x) OVER (PARTITION BY id, at_day) AS x_quantile_0_25_count,
    COUNT(x) OVER (PARTITION BY id, at_day, x) AS x_mode_count,
    MIN(CASE WHEN x IS NOT NULL THEN "at" END) OVER (PARTITION BY id, at_day) AS x_first_time,
    MAX(CASE WHEN x IS NOT NULL THEN "at" END) OVER (PARTITION BY id, at_day) AS x_last_time,
    MAX(CASE WHEN x IS NOT NULL THEN "at" END) OVER (PARTITION BY id, at_day) AS x_arg_max_at_extreme,
    COUNT(x) OVER (PARTITION BY id, at_day, x) AS x_entropy_count,
    COUNT(x) OVER (PARTITION BY id, at_day) AS x_entropy_total,
    MIN(CASE WHEN x IS NOT NULL THEN CAST("at" AS TIMESTAMP(6)) END) OVER (PARTITION BY id, at_day) AS x_slope_origin,
    MAX(CASE WHEN x IS NOT NULL THEN CAST("at" AS TIMESTAMP(6)) END) OVER (PARTITION BY id, at_day) AS x_ewma_7_latest
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    ABS(x_median_rank - 1 - CAST(0.5 AS DOUBLE) * (x_median_count - 1)) AS x_median_distance,
    ABS(x_quantile_0_25_rank - 1 - CAST(0.25 AS DOUBLE) * (x_quantile_0_25_count - 1)) AS x_quantile_0_25_distance,
    MAX(x_mode_count) OVER (PARTITION BY id, at_day) AS x_mode_most,
    CASE
      WHEN x IS NOT NULL
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
        THEN POWER(
          CAST(0.5 AS DOUBLE),
          LEAST(
            COALESCE(x_ewma_7_age / CAST(7 AS DOUBLE), CAST(500 AS DOUBLE)),
            COALESCE(CAST(500 AS DOUBLE), x_ewma_7_age / CAST(7 AS DOUBLE))
          )
        )
    END AS x_ewma_7_weight
  FROM events_prepared_2
)
SELECT
  id,
  at_day AS "at",
  COUNT(x) AS "x_count",
  COUNT(*) AS "x_count_rows",
  COUNT(DISTINCT x) AS "x_count_distinct",
  SUM(x) AS "x_sum",
  AVG(x) AS "x_avg",
  MIN(x) AS "x_min",
  MAX(x) AS "x_max",
  CASE WHEN COUNT(x) > 1 THEN STDDEV_SAMP(CAST(x AS DOUBLE)) END AS "x_stddev",
  CASE WHEN COUNT(x) > 1 THEN VARIANCE(CAST(x AS DOUBLE)) END AS "x_variance",
  SUM(
    CASE
      WHEN x IS NOT NULL AND x_median_distance < 1
        THEN CAST(x AS DOUBLE) * (1 - x_median_distance)
    END
  ) AS "x_median",
  SUM(
    CASE
      WHEN x IS NOT NULL AND x_quantile_0_25_distance < 1
        THEN CAST(x AS DOUBLE) * (1 - x_quantile_0_25_distance)
    END
  ) AS "x_quantile_0_25",
  MIN(CASE WHEN x IS NOT NULL AND x_mode_count = x_mode_most THEN x END) AS "x_mode",
  MAX(CASE WHEN x IS NOT NULL AND "at" = x_first_time THEN x END) AS "x_first",
  MAX(CASE WHEN x IS NOT NULL AND "at" = x_last_time THEN x END) AS "x_last",
  MAX(CASE WHEN x IS NOT NULL AND "at" = x_arg_max_at_extreme THEN x END) AS "x_arg_max_at",
  AVG(
    CASE
      WHEN x IS NOT NULL
        THEN LN(CAST(x_entropy_total AS DOUBLE) / CAST(x_entropy_count AS DOUBLE))
    END
  ) AS "x_entropy",
  CAST(SUM((x_slope_time - x_slope_mean_time) * (CAST(x AS DOUBLE) - x_slope_mean)) AS DOUBLE)
    / NULLIF(SUM((x_slope_time - x_slope_mean_time) * (x_slope_time - x_slope_mean_time)), 0)
    * CAST(86400000000 AS DOUBLE) AS "x_slope",
  CAST(SUM(x_ewma_7_weight * CAST(x AS DOUBLE)) AS DOUBLE) / SUM(x_ewma_7_weight) AS "x_ewma_7"
FROM events_prepared_3
GROUP BY id, at_day
;

/* aggregation.every | seeknal/every.yml | datafusion */
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
    CAST(
      ROW_NUMBER() OVER (
        PARTITION BY id, at_day
        ORDER BY CASE WHEN x IS NOT NULL THEN 0 ELSE 1 END, x
      ) AS BIGINT
    ) AS x_quantile_0_25_rank,
    COUNT(x) OVER (PARTITION BY id, at_day) AS x_quantile_0_25_count,
    COUNT(x) OVER (PARTITION BY id, at_day, x + 0) AS x_mode_count,
    MIN(CASE WHEN x IS NOT NULL THEN "at" END) OVER (PARTITION BY id, at_day) AS x_first_time,
    MAX(CASE WHEN x IS NOT NULL THEN "at" END) OVER (PARTITION BY id, at_day) AS x_last_time,
    MAX(CASE WHEN x IS NOT NULL THEN "at" END) OVER (PARTITION BY id, at_day) AS x_arg_max_at_extreme,
    COUNT(x) OVER (PARTITION BY id, at_day, x + 0) AS x_entropy_count,
    COUNT(x) OVER (PARTITION BY id, at_day) AS x_entropy_total,
    MIN(CASE WHEN x IS NOT NULL THEN "at" END) OVER (PARTITION BY id, at_day) AS x_slope_origin,
    MAX(CASE WHEN x IS NOT NULL THEN "at" END) OVER (PARTITION BY id, at_day) AS x_ewma_7_latest
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    ABS(x_quantile_0_25_rank - 1 - CAST(0.25 AS DOUBLE PRECISION) * (x_quantile_0_25_count - 1)) AS x_quantile_0_25_distance,
    MAX(x_mode_count) OVER (PARTITION BY id, at_day) AS x_mode_most,
    CASE
      WHEN x IS NOT NULL
        THEN CAST(
          CAST(CAST("at" AS TIMESTAMP(6)) AS BIGINT)
            - CAST(CAST(x_slope_origin AS TIMESTAMP(6)) AS BIGINT) AS DOUBLE PRECISION
        )
    END AS x_slope_time,
    CAST(
      CAST(CAST(x_ewma_7_latest AS TIMESTAMP(6)) AS BIGINT)
        - CAST(CAST("at" AS TIMESTAMP(6)) AS BIGINT) AS DOUBLE PRECISION
    )
      / 86400000000 AS x_ewma_7_age
  FROM events_prepared
),
events_prepared_3 AS (
  SELECT
    *,
    AVG(x_slope_time) OVER (PARTITION BY id, at_day) AS x_slope_mean_time,
    AVG(CASE WHEN x_slope_time IS NOT NULL THEN CAST(x AS DOUBLE PRECISION) END) OVER (
      PARTITION BY id, at_day
    ) AS x_slope_mean,
    CASE
      WHEN x IS NOT NULL
        THEN POWER(CAST(0.5 AS DOUBLE PRECISION), LEAST(x_ewma_7_age / CAST(7 AS DOUBLE PRECISION), 500))
    END AS x_ewma_7_weight
  FROM events_prepared_2
)
SELECT
  id,
  at_day AS "at",
  COUNT(x) AS "x_count",
  COUNT(*) AS "x_count_rows",
  COUNT(DISTINCT x + 0) AS "x_count_distinct",
  SUM(x) AS "x_sum",
  AVG(x) AS "x_avg",
  MIN(x) AS "x_min",
  MAX(x) AS "x_max",
  STDDEV_SAMP(CAST(x AS DOUBLE PRECISION)) AS "x_stddev",
  VAR_SAMP(CAST(x AS DOUBLE PRECISION)) AS "x_variance",
  MEDIAN(CAST(x AS DOUBLE PRECISION)) AS "x_median",
  SUM(
    CASE
      WHEN x IS NOT NULL AND x_quantile_0_25_distance < 1
        THEN CAST(x AS DOUBLE PRECISION) * (1 - x_quantile_0_25_distance)
    END
  ) AS "x_quantile_0_25",
  MIN(CASE WHEN x IS NOT NULL AND x_mode_count = x_mode_most THEN x END) AS "x_mode",
  MAX(CASE WHEN x IS NOT NULL AND "at" = x_first_time THEN x END) AS "x_first",
  MAX(CASE WHEN x IS NOT NULL AND "at" = x_last_time THEN x END) AS "x_last",
  MAX(CASE WHEN x IS NOT NULL AND "at" = x_arg_max_at_extreme THEN x END) AS "x_arg_max_at",
  AVG(
    CASE
      WHEN x IS NOT NULL
        THEN LN(
          CAST(x_entropy_total AS DOUBLE PRECISION)
            / CAST(x_entropy_count AS DOUBLE PRECISION)
        )
    END
  ) AS "x_entropy",
  SUM((x_slope_time - x_slope_mean_time) * (CAST(x AS DOUBLE PRECISION) - x_slope_mean))
    / NULLIF(SUM((x_slope_time - x_slope_mean_time) * (x_slope_time - x_slope_mean_time)), 0)
    * 86400000000 AS "x_slope",
  SUM(x_ewma_7_weight * CAST(x AS DOUBLE PRECISION)) / SUM(x_ewma_7_weight) AS "x_ewma_7"
FROM events_prepared_3
GROUP BY id, at_day
;

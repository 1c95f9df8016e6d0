/* second_order_aggregation.every | seeknal/every.yml | redshift */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    x,
    "at",
    DATEDIFF(DAY, "at", as_of) AS days,
    CASE WHEN "at" <= as_of THEN x END AS past_x
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
    MAX(CASE WHEN past_x IS NOT NULL THEN x END) OVER (PARTITION BY id) AS x_arg_max_x_extreme,
    COUNT(past_x) OVER (PARTITION BY id, past_x) AS x_entropy_count,
    COUNT(past_x) OVER (PARTITION BY id) AS x_entropy_total,
    MIN(CASE WHEN past_x IS NOT NULL THEN CAST("at" AS TIMESTAMP) END) OVER (PARTITION BY id) AS x_slope_origin,
    MAX(CASE WHEN past_x IS NOT NULL THEN CAST("at" AS TIMESTAMP) END) OVER (PARTITION BY id) AS x_ewma_7_latest
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    ABS(x_median_rank - 1 - CAST(0.5 AS DOUBLE PRECISION) * (x_median_count - 1)) AS x_median_distance,
    ABS(x_quantile_0_25_rank - 1 - CAST(0.25 AS DOUBLE PRECISION) * (x_quantile_0_25_count - 1)) AS x_quantile_0_25_distance,
    MAX(x_mode_count) OVER (PARTITION BY id) AS x_mode_most,
    CASE
      WHEN past_x IS NOT NULL
        THEN CAST(DATEDIFF(MICROSECOND, x_slope_origin, CAST("at" AS TIMESTAMP)) AS DOUBLE PRECISION)
    END AS x_slope_time,
    CAST(DATEDIFF(MICROSECOND, CAST("at" AS TIMESTAMP), x_ewma_7_latest) AS DOUBLE PRECISION)
      / CAST(86400000000 AS DOUBLE PRECISION) AS x_ewma_7_age
  FROM events_prepared
),
events_prepared_3 AS (
  SELECT
    *,
    AVG(x_slope_time) OVER (PARTITION BY id) AS x_slope_mean_time,
    AVG(CASE WHEN x_slope_time IS NOT NULL THEN CAST(past_x AS DOUBLE PRECISION) END) OVER (
      PARTITION BY id
    ) AS x_slope_mean,
    CASE
      WHEN past_x IS NOT NULL
        THEN POWER(
          CAST(0.5 AS DOUBLE PRECISION),
          LEAST(x_ewma_7_age / CAST(7 AS DOUBLE PRECISION), CAST(500 AS DOUBLE PRECISION))
        )
    END AS x_ewma_7_weight
  FROM events_prepared_2
)
SELECT
  id,
  COUNT(past_x) AS "x_COUNT",
  COUNT(DISTINCT past_x) AS "x_COUNT_DISTINCT",
  CAST(SUM(CAST(past_x AS DECIMAL(38, 2))) AS DECIMAL(38, 2)) AS "x_SUM",
  AVG(CAST(past_x AS DOUBLE PRECISION)) AS "x_MEAN",
  MIN(past_x) AS "x_MIN",
  MAX(past_x) AS "x_MAX",
  CASE WHEN COUNT(past_x) > 1 THEN STDDEV_SAMP(CAST(past_x AS DOUBLE PRECISION)) END AS "x_STDDEV",
  CASE WHEN COUNT(past_x) > 1 THEN VAR_SAMP(CAST(past_x AS DOUBLE PRECISION)) END AS "x_VARIANCE",
  STDDEV_POP(CAST(past_x AS DOUBLE PRECISION)) AS "x_STDDEV_POP",
  VAR_POP(CAST(past_x AS DOUBLE PRECISION)) AS "x_VARIANCE_POP",
  SUM(
    CASE
      WHEN past_x IS NOT NULL AND x_median_distance < 1
        THEN CAST(past_x AS DOUBLE PRECISION) * (1 - x_median_distance)
    END
  ) AS "x_MEDIAN",
  SUM(
    CASE
      WHEN past_x IS NOT NULL AND x_quantile_0_25_distance < 1
        THEN CAST(past_x AS DOUBLE PRECISION) * (1 - x_quantile_0_25_distance)
    END
  ) AS "x_QUANTILE_0_25",
  MIN(CASE WHEN past_x IS NOT NULL AND x_mode_count = x_mode_most THEN past_x END) AS "x_MODE",
  MAX(CASE WHEN past_x IS NOT NULL AND "at" = x_first_time THEN past_x END) AS "x_FIRST",
  MAX(CASE WHEN past_x IS NOT NULL AND "at" = x_last_time THEN past_x END) AS "x_LAST",
  MAX(CASE WHEN past_x IS NOT NULL AND x = x_arg_max_x_extreme THEN past_x END) AS "x_ARG_MAX_X",
  AVG(
    CASE
      WHEN past_x IS NOT NULL
        THEN LN(
          CAST(x_entropy_total AS DOUBLE PRECISION)
            / CAST(x_entropy_count AS DOUBLE PRECISION)
        )
    END
  ) AS "x_ENTROPY",
  CAST(
    SUM((x_slope_time - x_slope_mean_time) * (CAST(past_x AS DOUBLE PRECISION) - x_slope_mean)) AS DOUBLE PRECISION
  )
    / NULLIF(SUM((x_slope_time - x_slope_mean_time) * (x_slope_time - x_slope_mean_time)), 0)
    * CAST(86400000000 AS DOUBLE PRECISION) AS "x_SLOPE",
  CAST(SUM(x_ewma_7_weight * CAST(past_x AS DOUBLE PRECISION)) AS DOUBLE PRECISION)
    / SUM(x_ewma_7_weight) AS "x_EWMA_7",
  /* share: ratio [0, 6] to [0, 29] */
  CAST(
    CAST(SUM(CAST(CASE WHEN days <= 6 THEN past_x END AS DECIMAL(38, 2))) AS DECIMAL(38, 2)) AS DOUBLE PRECISION
  )
    / NULLIF(
      CAST(
        CAST(
          SUM(CAST(CASE WHEN days <= 29 THEN past_x END AS DECIMAL(38, 2))) AS DECIMAL(38, 2)
        ) AS DOUBLE PRECISION
      ),
      0
    ) AS "x_SUM0_6_SUM0_29",
  CAST(AVG(CAST(CASE WHEN days <= 6 THEN past_x END AS DOUBLE PRECISION)) AS DOUBLE PRECISION)
    / NULLIF(AVG(CAST(CASE WHEN days <= 29 THEN past_x END AS DOUBLE PRECISION)), 0) AS "x_MEAN0_6_MEAN0_29",
  CAST(MAX(CASE WHEN days <= 6 THEN past_x END) AS DOUBLE PRECISION)
    / NULLIF(CAST(MAX(CASE WHEN days <= 29 THEN past_x END) AS DOUBLE PRECISION), 0) AS "x_MAX0_6_MAX0_29"
FROM events_prepared_3
GROUP BY id
;

/* aggregation.every | seeknal/every.yml | postgres */
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
    COUNT(x) OVER (PARTITION BY id, at_day, x) AS x_entropy_count,
    COUNT(x) OVER (PARTITION BY id, at_day) AS x_entropy_total,
    MIN(CASE WHEN x IS NOT NULL THEN CAST("at" AS TIMESTAMP) END) OVER (PARTITION BY id, at_day) AS x_slope_origin,
    MAX(CASE WHEN x IS NOT NULL THEN CAST("at" AS TIMESTAMP) END) OVER (PARTITION BY id, at_day) AS x_ewma_7_latest
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    CASE
      WHEN x IS NOT NULL
        THEN CAST(
          EXTRACT(EPOCH FROM CAST("at" AS TIMESTAMP) - x_slope_origin) * 1000000 AS DOUBLE PRECISION
        )
    END AS x_slope_time,
    CAST(EXTRACT(EPOCH FROM x_ewma_7_latest - CAST("at" AS TIMESTAMP)) AS DOUBLE PRECISION) / 86400 AS x_ewma_7_age
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
      WHEN x IS NOT NULL THEN POWER(CAST(0.5 AS DOUBLE PRECISION), LEAST(x_ewma_7_age / 7, 500))
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
  STDDEV_SAMP(CAST(x AS DOUBLE PRECISION)) AS "x_stddev",
  VAR_SAMP(CAST(x AS DOUBLE PRECISION)) AS "x_variance",
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY CAST(x AS DOUBLE PRECISION)) AS "x_median",
  PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY CAST(x AS DOUBLE PRECISION)) AS "x_quantile_0_25",
  MODE() WITHIN GROUP (ORDER BY x) AS "x_mode",
  (ARRAY_AGG(x ORDER BY "at", x DESC) FILTER(WHERE x IS NOT NULL AND "at" IS NOT NULL))[1] AS "x_first",
  (ARRAY_AGG(x ORDER BY "at" DESC, x DESC) FILTER(WHERE x IS NOT NULL AND "at" IS NOT NULL))[1] AS "x_last",
  (ARRAY_AGG(x ORDER BY "at" DESC, x DESC) FILTER(WHERE x IS NOT NULL AND "at" IS NOT NULL))[1] AS "x_arg_max_at",
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

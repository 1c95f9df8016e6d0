/* aggregation.every | seeknal/every.yml | duckdb */
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
    MIN(CASE WHEN x IS NOT NULL THEN CAST("at" AS TIMESTAMP) END) OVER (PARTITION BY id, at_day) AS x_slope_origin,
    MAX(CASE WHEN x IS NOT NULL THEN CAST("at" AS TIMESTAMP) END) OVER (PARTITION BY id, at_day) AS x_ewma_7_latest
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    CASE
      WHEN x IS NOT NULL
        THEN CAST(DATE_DIFF('MICROSECOND', x_slope_origin, CAST("at" AS TIMESTAMP)) AS DOUBLE)
    END AS x_slope_time,
    CAST(DATE_DIFF('MICROSECOND', CAST("at" AS TIMESTAMP), x_ewma_7_latest) AS DOUBLE)
      / CAST(86400000000 AS DOUBLE) AS x_ewma_7_age
  FROM events_prepared
),
events_prepared_3 AS (
  SELECT
    *,
    AVG(x_slope_time) OVER (PARTITION BY id, at_day) AS x_slope_mean_time,
    AVG(CASE WHEN x_slope_time IS NOT NULL THEN CAST(x AS DOUBLE) END) OVER (PARTITION BY id, at_day) AS x_slope_mean,
    CASE
      WHEN x IS NOT NULL THEN POWER(CAST(0.5 AS DOUBLE), LEAST(x_ewma_7_age / CAST(7 AS DOUBLE), 500))
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
  STDDEV_SAMP(x) AS "x_stddev",
  VARIANCE(x) AS "x_variance",
  MEDIAN(x) AS "x_median",
  QUANTILE_CONT(x, 0.25) AS "x_quantile_0_25",
  MODE(x ORDER BY x) AS "x_mode",
  FIRST(x ORDER BY "at", x DESC) FILTER(WHERE x IS NOT NULL AND "at" IS NOT NULL) AS "x_first",
  FIRST(x ORDER BY "at" DESC, x DESC) FILTER(WHERE x IS NOT NULL AND "at" IS NOT NULL) AS "x_last",
  FIRST(x ORDER BY "at" DESC, x DESC) FILTER(WHERE x IS NOT NULL AND "at" IS NOT NULL) AS "x_arg_max_at",
  CASE WHEN COUNT(x) > 0 THEN ENTROPY(x) * LN(2) END AS "x_entropy",
  SUM((x_slope_time - x_slope_mean_time) * (CAST(x AS DOUBLE) - x_slope_mean))
    / NULLIF(SUM((x_slope_time - x_slope_mean_time) * (x_slope_time - x_slope_mean_time)), 0)
    * CAST(86400000000 AS DOUBLE) AS "x_slope",
  SUM(x_ewma_7_weight * CAST(x AS DOUBLE)) / SUM(x_ewma_7_weight) AS "x_ewma_7"
FROM events_prepared_3
GROUP BY id, at_day
;

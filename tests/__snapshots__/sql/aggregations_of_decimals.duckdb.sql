/* second_order_aggregation.every | seeknal/every.yml | duckdb */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    x,
    "at",
    DATE_DIFF('DAY', "at", as_of) AS days,
    CASE WHEN "at" <= as_of THEN x END AS past_x
  FROM source_values
  WHERE id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    MIN(CASE WHEN past_x IS NOT NULL THEN CAST("at" AS TIMESTAMP) END) OVER (PARTITION BY id) AS x_slope_origin,
    MAX(CASE WHEN past_x IS NOT NULL THEN CAST("at" AS TIMESTAMP) END) OVER (PARTITION BY id) AS x_ewma_7_latest
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    CASE
      WHEN past_x IS NOT NULL
        THEN CAST(DATE_DIFF('MICROSECOND', x_slope_origin, CAST("at" AS TIMESTAMP)) AS DOUBLE)
    END AS x_slope_time,
    CAST(DATE_DIFF('MICROSECOND', CAST("at" AS TIMESTAMP), x_ewma_7_latest) AS DOUBLE)
      / CAST(86400000000 AS DOUBLE) AS x_ewma_7_age
  FROM events_prepared
),
events_prepared_3 AS (
  SELECT
    *,
    AVG(x_slope_time) OVER (PARTITION BY id) AS x_slope_mean_time,
    AVG(CASE WHEN x_slope_time IS NOT NULL THEN CAST(past_x AS DOUBLE) END) OVER (PARTITION BY id) AS x_slope_mean,
    CASE
      WHEN past_x IS NOT NULL
        THEN POWER(CAST(0.5 AS DOUBLE), LEAST(x_ewma_7_age / CAST(7 AS DOUBLE), 500))
    END AS x_ewma_7_weight
  FROM events_prepared_2
)
SELECT
  id,
  COUNT(past_x) AS "x_COUNT",
  COUNT(DISTINCT past_x) AS "x_COUNT_DISTINCT",
  SUM(past_x) AS "x_SUM",
  AVG(past_x) AS "x_MEAN",
  MIN(past_x) AS "x_MIN",
  MAX(past_x) AS "x_MAX",
  STDDEV_SAMP(past_x) AS "x_STDDEV",
  VARIANCE(past_x) AS "x_VARIANCE",
  STDDEV_POP(past_x) AS "x_STDDEV_POP",
  VAR_POP(past_x) AS "x_VARIANCE_POP",
  MEDIAN(CAST(past_x AS DOUBLE)) AS "x_MEDIAN",
  QUANTILE_CONT(CAST(past_x AS DOUBLE), 0.25) AS "x_QUANTILE_0_25",
  MODE(past_x ORDER BY past_x) AS "x_MODE",
  FIRST(past_x ORDER BY "at", past_x DESC) FILTER(WHERE past_x IS NOT NULL AND "at" IS NOT NULL) AS "x_FIRST",
  FIRST(past_x ORDER BY "at" DESC, past_x DESC)
    FILTER(WHERE past_x IS NOT NULL AND "at" IS NOT NULL) AS "x_LAST",
  FIRST(past_x ORDER BY x DESC, past_x DESC) FILTER(WHERE past_x IS NOT NULL AND x IS NOT NULL) AS "x_ARG_MAX_X",
  CASE WHEN COUNT(past_x) > 0 THEN ENTROPY(past_x) * LN(2) END AS "x_ENTROPY",
  SUM((x_slope_time - x_slope_mean_time) * (CAST(past_x AS DOUBLE) - x_slope_mean))
    / NULLIF(SUM((x_slope_time - x_slope_mean_time) * (x_slope_time - x_slope_mean_time)), 0)
    * CAST(86400000000 AS DOUBLE) AS "x_SLOPE",
  SUM(x_ewma_7_weight * CAST(past_x AS DOUBLE)) / SUM(x_ewma_7_weight) AS "x_EWMA_7",
  /* share: ratio [0, 6] to [0, 29] */
  CAST(SUM(CASE WHEN days <= 6 THEN past_x END) AS DOUBLE)
    / NULLIF(CAST(SUM(CASE WHEN days <= 29 THEN past_x END) AS DOUBLE), 0) AS "x_SUM0_6_SUM0_29",
  AVG(CASE WHEN days <= 6 THEN past_x END) / NULLIF(AVG(CASE WHEN days <= 29 THEN past_x END), 0) AS "x_MEAN0_6_MEAN0_29",
  CAST(MAX(CASE WHEN days <= 6 THEN past_x END) AS DOUBLE)
    / NULLIF(CAST(MAX(CASE WHEN days <= 29 THEN past_x END) AS DOUBLE), 0) AS "x_MAX0_6_MAX0_29"
FROM events_prepared_3
GROUP BY id
;

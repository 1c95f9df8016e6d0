/* second_order_aggregation.every | seeknal/every.yml | postgres */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    x,
    "at",
    as_of - "at" AS days,
    CASE WHEN "at" <= as_of THEN x END AS past_x
  FROM source_values
  WHERE id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    COUNT(past_x) OVER (PARTITION BY id, past_x) AS x_entropy_count,
    COUNT(past_x) OVER (PARTITION BY id) AS x_entropy_total,
    MIN(CASE WHEN past_x IS NOT NULL THEN CAST("at" AS TIMESTAMP) END) OVER (PARTITION BY id) AS x_slope_origin,
    MAX(CASE WHEN past_x IS NOT NULL THEN CAST("at" AS TIMESTAMP) END) OVER (PARTITION BY id) AS x_ewma_0_5_latest
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    CASE
      WHEN past_x IS NOT NULL
        THEN CAST(
          EXTRACT(EPOCH FROM CAST("at" AS TIMESTAMP) - x_slope_origin) * 1000000 AS DOUBLE PRECISION
        )
    END AS x_slope_time,
    CAST(EXTRACT(EPOCH FROM x_ewma_0_5_latest - CAST("at" AS TIMESTAMP)) AS DOUBLE PRECISION) / 86400 AS x_ewma_0_5_age
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
        THEN POWER(CAST(0.5 AS DOUBLE PRECISION), LEAST(x_ewma_0_5_age / 0.5, 500))
    END AS x_ewma_0_5_weight
  FROM events_prepared_2
)
SELECT
  id,
  COUNT(past_x) AS "x_COUNT",
  COUNT(DISTINCT past_x) AS "x_COUNT_DISTINCT",
  CAST(SUM(past_x) AS BIGINT) AS "x_SUM",
  CAST(AVG(past_x) AS DOUBLE PRECISION) AS "x_MEAN",
  MIN(past_x) AS "x_MIN",
  MAX(past_x) AS "x_MAX",
  STDDEV_SAMP(CAST(past_x AS DOUBLE PRECISION)) AS "x_STDDEV",
  VAR_SAMP(CAST(past_x AS DOUBLE PRECISION)) AS "x_VARIANCE",
  STDDEV_POP(CAST(past_x AS DOUBLE PRECISION)) AS "x_STDDEV_POP",
  VAR_POP(CAST(past_x AS DOUBLE PRECISION)) AS "x_VARIANCE_POP",
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY CAST(past_x AS DOUBLE PRECISION)) AS "x_MEDIAN",
  PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY CAST(past_x AS DOUBLE PRECISION)) AS "x_QUANTILE_0_25",
  MODE() WITHIN GROUP (ORDER BY past_x) AS "x_MODE",
  (
    ARRAY_AGG(past_x ORDER BY "at", past_x DESC) FILTER(WHERE
      past_x IS NOT NULL AND "at" IS NOT NULL)
  )[1] AS "x_FIRST",
  (
    ARRAY_AGG(past_x ORDER BY "at" DESC, past_x DESC) FILTER(WHERE
      past_x IS NOT NULL AND "at" IS NOT NULL)
  )[1] AS "x_LAST",
  (
    ARRAY_AGG(past_x ORDER BY x DESC, past_x DESC) FILTER(WHERE
      past_x IS NOT NULL AND x IS NOT NULL)
  )[1] AS "x_ARG_MAX_X",
  (
    ARRAY_AGG(past_x ORDER BY "at", past_x DESC) FILTER(WHERE
      past_x IS NOT NULL AND "at" IS NOT NULL)
  )[1] AS "x_ARG_MIN_AT",
  AVG(
    CASE
      WHEN past_x IS NOT NULL
        THEN LN(
          CAST(x_entropy_total AS DOUBLE PRECISION)
            / CAST(x_entropy_count AS DOUBLE PRECISION)
        )
    END
  ) AS "x_ENTROPY",
  SUM((x_slope_time - x_slope_mean_time) * (CAST(past_x AS DOUBLE PRECISION) - x_slope_mean))
    / NULLIF(SUM((x_slope_time - x_slope_mean_time) * (x_slope_time - x_slope_mean_time)), 0)
    * 86400000000 AS "x_SLOPE",
  SUM(x_ewma_0_5_weight * CAST(past_x AS DOUBLE PRECISION)) / SUM(x_ewma_0_5_weight) AS "x_EWMA_0_5"
FROM events_prepared_3
GROUP BY id
;

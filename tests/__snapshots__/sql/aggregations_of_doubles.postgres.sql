/* second_order_aggregation.every | seeknal/every.yml | postgres */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    y,
    "at",
    as_of - CAST("at" AS DATE) AS days,
    CASE WHEN CAST("at" AS DATE) <= as_of THEN x END AS past_x
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
    MAX(CASE WHEN past_x IS NOT NULL THEN CAST("at" AS TIMESTAMP) END) OVER (PARTITION BY id) AS x_ewma_7_latest,
    COUNT(CASE WHEN days <= 6 THEN past_x END) OVER (
      PARTITION BY id, CASE WHEN days <= 6 THEN past_x END
    ) AS x_entropy_0_6_count,
    COUNT(CASE WHEN days <= 6 THEN past_x END) OVER (PARTITION BY id) AS x_entropy_0_6_total,
    MIN(CASE WHEN days <= 6 AND past_x IS NOT NULL THEN CAST("at" AS TIMESTAMP) END) OVER (
      PARTITION BY id
    ) AS x_slope_0_6_origin,
    MAX(CASE WHEN days <= 6 AND past_x IS NOT NULL THEN CAST("at" AS TIMESTAMP) END) OVER (
      PARTITION BY id
    ) AS x_ewma_7_0_6_latest
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
    CAST(EXTRACT(EPOCH FROM x_ewma_7_latest - CAST("at" AS TIMESTAMP)) AS DOUBLE PRECISION) / 86400 AS x_ewma_7_age,
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL
        THEN CAST(
          EXTRACT(EPOCH FROM CAST("at" AS TIMESTAMP) - x_slope_0_6_origin) * 1000000 AS DOUBLE PRECISION
        )
    END AS x_slope_0_6_time,
    CAST(EXTRACT(EPOCH FROM x_ewma_7_0_6_latest - CAST("at" AS TIMESTAMP)) AS DOUBLE PRECISION)
      / 86400 AS x_ewma_7_0_6_age
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
      WHEN past_x IS NOT NULL THEN POWER(CAST(0.5 AS DOUBLE PRECISION), LEAST(x_ewma_7_age / 7, 500))
    END AS x_ewma_7_weight,
    AVG(x_slope_0_6_time) OVER (PARTITION BY id) AS x_slope_0_6_mean_time,
    AVG(CASE WHEN x_slope_0_6_time IS NOT NULL THEN CAST(past_x AS DOUBLE PRECISION) END) OVER (
      PARTITION BY id
    ) AS x_slope_0_6_mean,
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL
        THEN POWER(CAST(0.5 AS DOUBLE PRECISION), LEAST(x_ewma_7_0_6_age / 7, 500))
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
    ARRAY_AGG(past_x ORDER BY y DESC, past_x DESC) FILTER(WHERE
      past_x IS NOT NULL AND y IS NOT NULL)
  )[1] AS "x_ARG_MAX_Y",
  (ARRAY_AGG(past_x ORDER BY y, past_x DESC) FILTER(WHERE past_x IS NOT NULL AND y IS NOT NULL))[1] AS "x_ARG_MIN_Y",
  AVG(
    CASE
      WHEN past_x IS NOT NULL
        THEN LN(
          CAST(x_entropy_total AS DOUBLE PRECISION)
            / CAST(x_entropy_count AS DOUBLE PRECISION)
        )
    END
  ) AS "x_ENTROPY",
  MIN(CASE WHEN days >= 0 THEN days END) AS "x_DAYS_SINCE_LAST",
  MAX(CASE WHEN days >= 0 THEN days END) AS "x_DAYS_SINCE_FIRST",
  SUM((x_slope_time - x_slope_mean_time) * (CAST(past_x AS DOUBLE PRECISION) - x_slope_mean))
    / NULLIF(SUM((x_slope_time - x_slope_mean_time) * (x_slope_time - x_slope_mean_time)), 0)
    * 86400000000 AS "x_SLOPE",
  SUM(x_ewma_7_weight * CAST(past_x AS DOUBLE PRECISION)) / SUM(x_ewma_7_weight) AS "x_EWMA_7",
  /* week: window [0, 6] */
  COUNT(CASE WHEN days <= 6 THEN past_x END) AS "x_COUNT_0_6",
  COUNT(CASE WHEN days BETWEEN 0 AND 6 THEN 1 END) AS "x_COUNT_ROWS_0_6",
  COUNT(DISTINCT CASE WHEN days <= 6 THEN past_x END) AS "x_COUNT_DISTINCT_0_6",
  SUM(CASE WHEN days <= 6 THEN past_x END) AS "x_SUM_0_6",
  AVG(CASE WHEN days <= 6 THEN past_x END) AS "x_MEAN_0_6",
  MIN(CASE WHEN days <= 6 THEN past_x END) AS "x_MIN_0_6",
  MAX(CASE WHEN days <= 6 THEN past_x END) AS "x_MAX_0_6",
  STDDEV_SAMP(CAST(CASE WHEN days <= 6 THEN past_x END AS DOUBLE PRECISION)) AS "x_STDDEV_0_6",
  VAR_SAMP(CAST(CASE WHEN days <= 6 THEN past_x END AS DOUBLE PRECISION)) AS "x_VARIANCE_0_6",
  STDDEV_POP(CAST(CASE WHEN days <= 6 THEN past_x END AS DOUBLE PRECISION)) AS "x_STDDEV_POP_0_6",
  VAR_POP(CAST(CASE WHEN days <= 6 THEN past_x END AS DOUBLE PRECISION)) AS "x_VARIANCE_POP_0_6",
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
    CAST(CASE WHEN days <= 6 THEN past_x END AS DOUBLE PRECISION)) AS "x_MEDIAN_0_6",
  PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY
    CAST(CASE WHEN days <= 6 THEN past_x END AS DOUBLE PRECISION)) AS "x_QUANTILE_0_25_0_6",
  MODE() WITHIN GROUP (ORDER BY CASE WHEN days <= 6 THEN past_x END) AS "x_MODE_0_6",
  (
    ARRAY_AGG(past_x ORDER BY "at", past_x DESC) FILTER(WHERE
      days <= 6 AND past_x IS NOT NULL AND "at" IS NOT NULL)
  )[1] AS "x_FIRST_0_6",
  (
    ARRAY_AGG(past_x ORDER BY "at" DESC, past_x DESC) FILTER(WHERE
      days <= 6 AND past_x IS NOT NULL AND "at" IS NOT NULL)
  )[1] AS "x_LAST_0_6",
  (
    ARRAY_AGG(past_x ORDER BY y DESC, past_x DESC) FILTER(WHERE
      days <= 6 AND past_x IS NOT NULL AND y IS NOT NULL)
  )[1] AS "x_ARG_MAX_Y_0_6",
  (
    ARRAY_AGG(past_x ORDER BY y, past_x DESC) FILTER(WHERE
      days <= 6 AND past_x IS NOT NULL AND y IS NOT NULL)
  )[1] AS "x_ARG_MIN_Y_0_6",
  AVG(
    CASE
      WHEN days <= 6 AND past_x IS NOT NULL
        THEN LN(
          CAST(x_entropy_0_6_total AS DOUBLE PRECISION)
            / CAST(x_entropy_0_6_count AS DOUBLE PRECISION)
        )
    END
  ) AS "x_ENTROPY_0_6",
  MIN(CASE WHEN days BETWEEN 0 AND 6 THEN days END) AS "x_DAYS_SINCE_LAST_0_6",
  MAX(CASE WHEN days BETWEEN 0 AND 6 THEN days END) AS "x_DAYS_SINCE_FIRST_0_6",
  SUM(
    (x_slope_0_6_time - x_slope_0_6_mean_time)
      * (CAST(past_x AS DOUBLE PRECISION) - x_slope_0_6_mean)
  )
    / NULLIF(
      SUM(
        (x_slope_0_6_time - x_slope_0_6_mean_time) * (x_slope_0_6_time - x_slope_0_6_mean_time)
      ),
      0
    )
    * 86400000000 AS "x_SLOPE_0_6",
  SUM(x_ewma_7_0_6_weight * CAST(past_x AS DOUBLE PRECISION)) / SUM(x_ewma_7_0_6_weight) AS "x_EWMA_7_0_6"
FROM events_prepared_3
GROUP BY id
;

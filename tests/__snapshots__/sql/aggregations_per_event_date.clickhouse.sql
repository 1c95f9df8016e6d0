/* aggregation.every | seeknal/every.yml | clickhouse */
WITH events AS (
  SELECT
    id,
    x,
    "at",
    toDate32("at") AS at_day
  FROM source_values
  WHERE id IS NOT NULL AND "at" IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    toInt64(COUNT(x) OVER (PARTITION BY id, at_day, x + 0)) AS x_mode_count,
    MIN(CASE WHEN x IS NOT NULL THEN CAST("at" AS Nullable(DateTime64(6, 'UTC'))) END) OVER (
      PARTITION BY id, at_day
    ) AS x_slope_origin,
    MAX(CASE WHEN x IS NOT NULL THEN CAST("at" AS Nullable(DateTime64(6, 'UTC'))) END) OVER (
      PARTITION BY id, at_day
    ) AS x_ewma_7_latest
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    CASE
      WHEN x IS NOT NULL
        THEN CAST(
          toUnixTimestamp64Micro(CAST("at" AS Nullable(DateTime64(6, 'UTC'))))
            - toUnixTimestamp64Micro(x_slope_origin) AS Nullable(Float64)
        )
    END AS x_slope_time,
    (
      toUnixTimestamp64Micro(x_ewma_7_latest)
        - toUnixTimestamp64Micro(CAST("at" AS Nullable(DateTime64(6, 'UTC'))))
    )
      / 86400000000 AS x_ewma_7_age
  FROM events_prepared
),
events_prepared_3 AS (
  SELECT
    *,
    AVG(x_slope_time) OVER (PARTITION BY id, at_day) AS x_slope_mean_time,
    AVG(CASE WHEN x_slope_time IS NOT NULL THEN CAST(x AS Nullable(Float64)) END) OVER (
      PARTITION BY id, at_day
    ) AS x_slope_mean,
    CASE WHEN x IS NOT NULL THEN POWER(0.5, LEAST(x_ewma_7_age / 7, 500)) END AS x_ewma_7_weight
  FROM events_prepared_2
)
SELECT
  id,
  at_day AS "at",
  toInt64(COUNT(x)) AS "x_count",
  toInt64(COUNT(*)) AS "x_count_rows",
  toInt64(COUNT(DISTINCT x + 0)) AS "x_count_distinct",
  SUM(x) AS "x_sum",
  AVG(x) AS "x_avg",
  MIN(x) AS "x_min",
  MAX(x) AS "x_max",
  CASE
    WHEN COUNT(x) > 1
      THEN arrayReduce(
        'stddevSampStable',
        arrayMap(
          (v, m) -> v - m,
          groupArray(CAST(x AS Nullable(Float64))),
          arrayWithConstant(COUNT(x), arrayAvg(groupArray(CAST(x AS Nullable(Float64)))))
        )
      )
  END AS "x_stddev",
  CASE
    WHEN COUNT(x) > 1
      THEN arrayReduce(
        'varSampStable',
        arrayMap(
          (v, m) -> v - m,
          groupArray(CAST(x AS Nullable(Float64))),
          arrayWithConstant(COUNT(x), arrayAvg(groupArray(CAST(x AS Nullable(Float64)))))
        )
      )
  END AS "x_variance",
  quantileExactInclusive(0.5)(CAST(x AS Nullable(Float64))) AS "x_median",
  quantileExactInclusive(0.25)(CAST(x AS Nullable(Float64))) AS "x_quantile_0_25",
  argMinIf(x, tuple(-x_mode_count, x), x IS NOT NULL) AS "x_mode",
  argMaxIf(
    x,
    tuple(-toUnixTimestamp64Micro(CAST("at" AS Nullable(DateTime64(6, 'UTC')))), x),
    x IS NOT NULL AND "at" IS NOT NULL
  ) AS "x_first",
  argMaxIf(x, tuple("at", x), x IS NOT NULL AND "at" IS NOT NULL) AS "x_last",
  argMaxIf(x, tuple("at", x), x IS NOT NULL AND "at" IS NOT NULL) AS "x_arg_max_at",
  entropy(x + 0) * LN(2) AS "x_entropy",
  SUM((x_slope_time - x_slope_mean_time) * (CAST(x AS Nullable(Float64)) - x_slope_mean))
    / nullIf(SUM((x_slope_time - x_slope_mean_time) * (x_slope_time - x_slope_mean_time)), 0)
    * 86400000000 AS "x_slope",
  SUM(x_ewma_7_weight * CAST(x AS Nullable(Float64))) / SUM(x_ewma_7_weight) AS "x_ewma_7"
FROM events_prepared_3
GROUP BY id, at_day
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

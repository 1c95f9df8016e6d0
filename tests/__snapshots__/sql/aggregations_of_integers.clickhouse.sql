/* second_order_aggregation.every | seeknal/every.yml | clickhouse */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    x,
    "at",
    dateDiff('day', "at", as_of) AS days,
    CASE WHEN "at" <= as_of THEN x END AS past_x
  FROM source_values
  WHERE id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    toInt64(COUNT(past_x) OVER (PARTITION BY id, past_x)) AS x_mode_count,
    MIN(CASE WHEN past_x IS NOT NULL THEN "at" END) OVER (PARTITION BY id) AS x_arg_min_at_extreme,
    MIN(CASE WHEN past_x IS NOT NULL THEN CAST("at" AS Nullable(DateTime64(6, 'UTC'))) END) OVER (
      PARTITION BY id
    ) AS x_slope_origin,
    MAX(CASE WHEN past_x IS NOT NULL THEN CAST("at" AS Nullable(DateTime64(6, 'UTC'))) END) OVER (
      PARTITION BY id
    ) AS x_ewma_0_5_latest
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    CASE
      WHEN past_x IS NOT NULL
        THEN CAST(
          toUnixTimestamp64Micro(CAST("at" AS Nullable(DateTime64(6, 'UTC'))))
            - toUnixTimestamp64Micro(x_slope_origin) AS Nullable(Float64)
        )
    END AS x_slope_time,
    (
      toUnixTimestamp64Micro(x_ewma_0_5_latest)
        - toUnixTimestamp64Micro(CAST("at" AS Nullable(DateTime64(6, 'UTC'))))
    )
      / 86400000000 AS x_ewma_0_5_age
  FROM events_prepared
),
events_prepared_3 AS (
  SELECT
    *,
    AVG(x_slope_time) OVER (PARTITION BY id) AS x_slope_mean_time,
    AVG(CASE WHEN x_slope_time IS NOT NULL THEN CAST(past_x AS Nullable(Float64)) END) OVER (
      PARTITION BY id
    ) AS x_slope_mean,
    CASE WHEN past_x IS NOT NULL THEN POWER(0.5, LEAST(x_ewma_0_5_age / 0.5, 500)) END AS x_ewma_0_5_weight
  FROM events_prepared_2
)
SELECT
  id,
  toInt64(COUNT(past_x)) AS "x_COUNT",
  toInt64(COUNT(DISTINCT past_x)) AS "x_COUNT_DISTINCT",
  CAST(SUM(CAST(past_x AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)) AS "x_SUM",
  AVG(CAST(past_x AS Nullable(Decimal(38, 0)))) AS "x_MEAN",
  MIN(past_x) AS "x_MIN",
  MAX(past_x) AS "x_MAX",
  CASE
    WHEN COUNT(past_x) > 1
      THEN arrayReduce(
        'stddevSampStable',
        arrayMap(
          (v, m) -> v - m,
          groupArray(CAST(past_x AS Nullable(Float64))),
          arrayWithConstant(
            COUNT(past_x),
            arrayAvg(groupArray(CAST(past_x AS Nullable(Float64))))
          )
        )
      )
  END AS "x_STDDEV",
  CASE
    WHEN COUNT(past_x) > 1
      THEN arrayReduce(
        'varSampStable',
        arrayMap(
          (v, m) -> v - m,
          groupArray(CAST(past_x AS Nullable(Float64))),
          arrayWithConstant(
            COUNT(past_x),
            arrayAvg(groupArray(CAST(past_x AS Nullable(Float64))))
          )
        )
      )
  END AS "x_VARIANCE",
  CASE
    WHEN COUNT(past_x) > 0
      THEN arrayReduce(
        'stddevPopStable',
        arrayMap(
          (v, m) -> v - m,
          groupArray(CAST(past_x AS Nullable(Float64))),
          arrayWithConstant(
            COUNT(past_x),
            arrayAvg(groupArray(CAST(past_x AS Nullable(Float64))))
          )
        )
      )
  END AS "x_STDDEV_POP",
  CASE
    WHEN COUNT(past_x) > 0
      THEN arrayReduce(
        'varPopStable',
        arrayMap(
          (v, m) -> v - m,
          groupArray(CAST(past_x AS Nullable(Float64))),
          arrayWithConstant(
            COUNT(past_x),
            arrayAvg(groupArray(CAST(past_x AS Nullable(Float64))))
          )
        )
      )
  END AS "x_VARIANCE_POP",
  quantileExactInclusive(0.5)(CAST(past_x AS Nullable(Float64))) AS "x_MEDIAN",
  quantileExactInclusive(0.25)(CAST(past_x AS Nullable(Float64))) AS "x_QUANTILE_0_25",
  argMinIf(past_x, tuple(-x_mode_count, past_x), past_x IS NOT NULL) AS "x_MODE",
  argMaxIf(
    past_x,
    tuple(-toUnixTimestamp64Micro(CAST("at" AS Nullable(DateTime64(6, 'UTC')))), past_x),
    past_x IS NOT NULL AND "at" IS NOT NULL
  ) AS "x_FIRST",
  argMaxIf(past_x, tuple("at", past_x), past_x IS NOT NULL AND "at" IS NOT NULL) AS "x_LAST",
  argMaxIf(past_x, tuple(x, past_x), past_x IS NOT NULL AND x IS NOT NULL) AS "x_ARG_MAX_X",
  MAX(CASE WHEN past_x IS NOT NULL AND "at" = x_arg_min_at_extreme THEN past_x END) AS "x_ARG_MIN_AT",
  entropy(past_x) * LN(2) AS "x_ENTROPY",
  SUM((x_slope_time - x_slope_mean_time) * (CAST(past_x AS Nullable(Float64)) - x_slope_mean))
    / nullIf(SUM((x_slope_time - x_slope_mean_time) * (x_slope_time - x_slope_mean_time)), 0)
    * 86400000000 AS "x_SLOPE",
  SUM(x_ewma_0_5_weight * CAST(past_x AS Nullable(Float64))) / SUM(x_ewma_0_5_weight) AS "x_EWMA_0_5"
FROM events_prepared_3
GROUP BY id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

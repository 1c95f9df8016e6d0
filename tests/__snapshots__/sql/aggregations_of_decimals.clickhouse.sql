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
    MIN(CASE WHEN past_x IS NOT NULL THEN CAST("at" AS Nullable(DateTime64(6, 'UTC'))) END) OVER (
      PARTITION BY id
    ) AS x_slope_origin,
    MAX(CASE WHEN past_x IS NOT NULL THEN CAST("at" AS Nullable(DateTime64(6, 'UTC'))) END) OVER (
      PARTITION BY id
    ) AS x_ewma_7_latest
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
      toUnixTimestamp64Micro(x_ewma_7_latest)
        - toUnixTimestamp64Micro(CAST("at" AS Nullable(DateTime64(6, 'UTC'))))
    )
      / 86400000000 AS x_ewma_7_age
  FROM events_prepared
),
events_prepared_3 AS (
  SELECT
    *,
    AVG(x_slope_time) OVER (PARTITION BY id) AS x_slope_mean_time,
    AVG(CASE WHEN x_slope_time IS NOT NULL THEN CAST(past_x AS Nullable(Float64)) END) OVER (
      PARTITION BY id
    ) AS x_slope_mean,
    CASE WHEN past_x IS NOT NULL THEN POWER(0.5, LEAST(x_ewma_7_age / 7, 500)) END AS x_ewma_7_weight
  FROM events_prepared_2
)
SELECT
  id,
  toInt64(COUNT(past_x)) AS "x_COUNT",
  toInt64(COUNT(DISTINCT past_x)) AS "x_COUNT_DISTINCT",
  CAST(SUM(past_x) AS Nullable(Decimal(38, 2))) AS "x_SUM",
  AVG(past_x) AS "x_MEAN",
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
  entropy(past_x) * LN(2) AS "x_ENTROPY",
  SUM((x_slope_time - x_slope_mean_time) * (CAST(past_x AS Nullable(Float64)) - x_slope_mean))
    / nullIf(SUM((x_slope_time - x_slope_mean_time) * (x_slope_time - x_slope_mean_time)), 0)
    * 86400000000 AS "x_SLOPE",
  SUM(x_ewma_7_weight * CAST(past_x AS Nullable(Float64))) / SUM(x_ewma_7_weight) AS "x_EWMA_7",
  /* share: ratio [0, 6] to [0, 29] */
  CAST(
    CAST(SUM(CASE WHEN days <= 6 THEN past_x END) AS Nullable(Decimal(38, 2))) AS Nullable(Float64)
  )
    / nullIf(
      CAST(
        CAST(SUM(CASE WHEN days <= 29 THEN past_x END) AS Nullable(Decimal(38, 2))) AS Nullable(Float64)
      ),
      0
    ) AS "x_SUM0_6_SUM0_29",
  AVG(CASE WHEN days <= 6 THEN past_x END) / nullIf(AVG(CASE WHEN days <= 29 THEN past_x END), 0) AS "x_MEAN0_6_MEAN0_29",
  CAST(MAX(CASE WHEN days <= 6 THEN past_x END) AS Nullable(Float64))
    / nullIf(CAST(MAX(CASE WHEN days <= 29 THEN past_x END) AS Nullable(Float64)), 0) AS "x_MAX0_6_MAX0_29"
FROM events_prepared_3
GROUP BY id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

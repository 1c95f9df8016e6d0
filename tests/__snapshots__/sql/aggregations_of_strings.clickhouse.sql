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
    toInt64(COUNT(past_x) OVER (PARTITION BY id, past_x)) AS x_mode_count
  FROM events
)
SELECT
  id,
  toInt64(COUNT(past_x)) AS "x_COUNT",
  toInt64(COUNT(DISTINCT past_x)) AS "x_COUNT_DISTINCT",
  MIN(past_x) AS "x_MIN",
  MAX(past_x) AS "x_MAX",
  argMinIf(past_x, tuple(-x_mode_count, past_x), past_x IS NOT NULL) AS "x_MODE",
  argMaxIf(
    past_x,
    tuple(-toUnixTimestamp64Micro(CAST("at" AS Nullable(DateTime64(6, 'UTC')))), past_x),
    past_x IS NOT NULL AND "at" IS NOT NULL
  ) AS "x_FIRST",
  argMaxIf(past_x, tuple("at", past_x), past_x IS NOT NULL AND "at" IS NOT NULL) AS "x_LAST",
  argMaxIf(past_x, tuple(x, past_x), past_x IS NOT NULL AND x IS NOT NULL) AS "x_ARG_MAX_X",
  entropy(past_x) * LN(2) AS "x_ENTROPY"
FROM events_prepared
GROUP BY id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

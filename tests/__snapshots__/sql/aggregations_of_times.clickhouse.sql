/* second_order_aggregation.every | seeknal/every.yml | clickhouse */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    "day",
    "at",
    dateDiff('day', "at", as_of) AS days,
    CASE WHEN "at" <= as_of THEN "day" END AS past_day,
    CASE WHEN "at" <= as_of THEN "time" END AS past_time
  FROM source_values
  WHERE id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    toInt64(COUNT(past_day) OVER (PARTITION BY id, past_day)) AS day_mode_count,
    toInt64(COUNT(past_time) OVER (PARTITION BY id, past_time)) AS time_mode_count,
    MIN(CASE WHEN past_time IS NOT NULL THEN "day" END) OVER (PARTITION BY id) AS time_arg_min_day_extreme
  FROM events
)
SELECT
  id,
  toInt64(COUNT(DISTINCT past_day)) AS "day_COUNT_DISTINCT",
  MIN(past_day) AS "day_MIN",
  MAX(past_day) AS "day_MAX",
  argMinIf(past_day, tuple(-day_mode_count, past_day), past_day IS NOT NULL) AS "day_MODE",
  argMaxIf(
    past_day,
    tuple(-toUnixTimestamp64Micro(CAST("at" AS Nullable(DateTime64(6, 'UTC')))), past_day),
    past_day IS NOT NULL AND "at" IS NOT NULL
  ) AS "day_FIRST",
  entropy(past_day) * LN(2) AS "day_ENTROPY",
  toInt64(COUNT(DISTINCT past_time)) AS "time_COUNT_DISTINCT",
  MIN(past_time) AS "time_MIN",
  MAX(past_time) AS "time_MAX",
  argMinIf(past_time, tuple(-time_mode_count, past_time), past_time IS NOT NULL) AS "time_MODE",
  argMaxIf(past_time, tuple("at", past_time), past_time IS NOT NULL AND "at" IS NOT NULL) AS "time_LAST",
  MAX(CASE WHEN past_time IS NOT NULL AND "day" = time_arg_min_day_extreme THEN past_time END) AS "time_ARG_MIN_DAY"
FROM events_prepared
GROUP BY id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

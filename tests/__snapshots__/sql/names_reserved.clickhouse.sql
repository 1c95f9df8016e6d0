/* transform.group | seeknal/group.yml | clickhouse */
SELECT
  "user",
  "date",
  "timestamp",
  "select",
  "group",
  days,
  events
FROM source_order
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* aggregation.where | seeknal/where.yml | clickhouse */
WITH events AS (
  SELECT "user", "group", "select", "date"
  FROM transform_group
  WHERE "user" IS NOT NULL AND "date" IS NOT NULL AND "group" IS NOT NULL
)
SELECT
  "user",
  "date",
  "group",
  SUM("select") AS "select_sum"
FROM events
GROUP BY "user", "date", "group"
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* second_order_aggregation.table | seeknal/table.yml | clickhouse */
WITH events AS (
  /* days_: whole days from date back from timestamp; below 0 is the future and never counts */
  SELECT
    "user",
    days,
    "group",
    events,
    "date",
    dateDiff('day', "date", "timestamp") AS days_,
    CASE WHEN "date" <= "timestamp" THEN "select" END AS past_select
  FROM transform_group
  WHERE "user" IS NOT NULL
)
SELECT
  "user",
  SUM(past_select) AS "select_SUM",
  quantileExactInclusive(0.5)(CAST(past_select AS Nullable(Float64))) AS "select_MEDIAN",
  /* select: since "group" = 'x' AND days > 0 */
  toInt64(COUNT(CASE WHEN "group" = 'x' AND days > 0 THEN past_select END)) AS "SINCE_COUNT_select_GEO_D",
  /* days: window [0, 6] */
  CAST(
    SUM(CAST(CASE WHEN days_ BETWEEN 0 AND 6 THEN days END AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)
  ) AS "days_SUM_0_6",
  MAX(CASE WHEN days_ BETWEEN 0 AND 6 THEN days END) AS "days_MAX_0_6",
  argMaxIf(events, tuple("date", events), days_ >= 0 AND events IS NOT NULL AND "date" IS NOT NULL) AS "end"
FROM events
GROUP BY "user"
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* second_order_aggregation.recent | seeknal/recent.yml | clickhouse */
WITH events AS (
  /* days: whole days from ordered_at back from scored_at; below 0 is the future and never counts */
  SELECT
    customer_id,
    ordered_at,
    dateDiff('day', toDate32(ordered_at), toDate32(scored_at)) AS days,
    CASE WHEN toDate32(ordered_at) <= toDate32(scored_at) THEN amount END AS past_amount
  FROM source_events
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  SUM(past_amount) AS "amount_SUM",
  argMaxIf(
    past_amount,
    tuple(
      -toUnixTimestamp64Micro(CAST(ordered_at AS Nullable(DateTime64(6, 'UTC')))),
      past_amount
    ),
    past_amount IS NOT NULL AND ordered_at IS NOT NULL
  ) AS "amount_FIRST",
  MIN(CASE WHEN days >= 0 THEN days END) AS "amount_DAYS_SINCE_LAST",
  /* week: window [0, 6] */
  SUM(CASE WHEN days <= 6 THEN past_amount END) AS "amount_SUM_0_6"
FROM events
GROUP BY customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* second_order_aggregation.named | seeknal/named.yml | clickhouse */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    dateDiff('day', order_date, application_date) AS days,
    CASE WHEN order_date <= application_date THEN amount END AS past_amount
  FROM source_daily
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  SUM(past_amount) AS "total_spent",
  /* week: window [0, 6] */
  SUM(CASE WHEN days <= 6 THEN past_amount END) AS "SpentThisWeek",
  quantileExactInclusive(0.9)(CAST(past_amount AS Nullable(Float64))) AS "amount_QUANTILE_0_9"
FROM events
GROUP BY customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

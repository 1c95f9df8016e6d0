/* second_order_aggregation.history | seeknal/history.yml | clickhouse */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    orders,
    dateDiff('day', order_date, application_date) AS days,
    CASE WHEN order_date <= application_date THEN amount END AS past_amount
  FROM source_daily
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  SUM(past_amount) AS "amount_SUM",
  AVG(past_amount) AS "amount_MEAN",
  MAX(past_amount) AS "amount_MAX",
  toInt64(COUNT(CASE WHEN days >= 0 THEN orders END)) AS "orders_COUNT"
FROM events
GROUP BY customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

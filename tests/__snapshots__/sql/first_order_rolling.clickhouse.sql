/* aggregation.spending | seeknal/spending.yml | clickhouse */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    amount,
    application_date,
    dateDiff('day', order_date, application_date) AS days
  FROM source_orders
  WHERE customer_id IS NOT NULL AND application_date IS NOT NULL
)
SELECT
  customer_id,
  application_date,
  /* amount: the last 7 days */
  SUM(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS "amount_sum_7d",
  AVG(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS "amount_avg_7d",
  /* amount: the last 30 days */
  SUM(CASE WHEN days BETWEEN 0 AND 29 THEN amount END) AS "amount_sum_30d",
  AVG(CASE WHEN days BETWEEN 0 AND 29 THEN amount END) AS "amount_avg_30d",
  /* amount: the last day */
  MAX(CASE WHEN days = 0 THEN amount END) AS "amount_max_1d"
FROM events
GROUP BY customer_id, application_date
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

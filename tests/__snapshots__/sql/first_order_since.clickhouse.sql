/* aggregation.paid | seeknal/paid.yml | clickhouse */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    amount,
    status,
    application_date,
    dateDiff('day', order_date, application_date) AS days
  FROM source_orders
  WHERE customer_id IS NOT NULL AND application_date IS NOT NULL
)
SELECT
  customer_id,
  application_date,
  /* amount: status == 'paid' OR amount > 100 */
  toInt64(COUNT(CASE WHEN days >= 0 AND (status = 'paid' OR amount > 100) THEN amount END)) AS "amount_count_if",
  COALESCE(SUM(CASE WHEN days >= 0 AND (status = 'paid' OR amount > 100) THEN amount END), 0) AS "amount_sum_if",
  /* every: every row */
  COALESCE(SUM(CASE WHEN days >= 0 THEN amount END), 0) AS "every_sum_if"
FROM events
GROUP BY customer_id, application_date
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

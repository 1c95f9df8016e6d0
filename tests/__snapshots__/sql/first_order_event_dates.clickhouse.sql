/* aggregation.daily | seeknal/daily.yml | clickhouse */
WITH events AS (
  SELECT
    customer_id,
    status,
    amount,
    ordered_at,
    toDate32(ordered_at) AS ordered_at_day
  FROM source_orders
  WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL AND status IS NOT NULL
)
SELECT
  customer_id,
  ordered_at_day AS ordered_at,
  status,
  SUM(amount) AS "amount_sum",
  toInt64(COUNT(amount)) AS "amount_count",
  argMaxIf(amount, tuple(ordered_at, amount), amount IS NOT NULL AND ordered_at IS NOT NULL) AS "amount_last",
  /* amount: amount >= 100 */
  toInt64(COUNT(CASE WHEN amount >= 100 THEN amount END)) AS "amount_count_if",
  COALESCE(SUM(CASE WHEN amount >= 100 THEN amount END), 0) AS "amount_sum_if"
FROM events
GROUP BY customer_id, ordered_at_day, status
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

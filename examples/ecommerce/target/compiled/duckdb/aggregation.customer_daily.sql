/* aggregation.customer_daily | seeknal/aggregations/customer_daily.yml | duckdb */
WITH events AS (
  SELECT customer_id, revenue, quantity, order_date
  FROM transform_clean_transactions
  WHERE customer_id IS NOT NULL AND order_date IS NOT NULL
)
SELECT
  customer_id,
  order_date,
  SUM(revenue) AS "revenue_sum",
  AVG(revenue) AS "revenue_avg",
  COUNT(revenue) AS "revenue_count",
  CAST(SUM(quantity) AS BIGINT) AS "pieces_sum",
  /* big_order: revenue >= 100 */
  COUNT(CASE WHEN revenue >= 100 THEN revenue END) AS "big_order_count_if",
  COALESCE(SUM(CASE WHEN revenue >= 100 THEN revenue END), 0) AS "big_order_sum_if"
FROM events
GROUP BY customer_id, order_date

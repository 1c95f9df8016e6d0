/* source.orders | seeknal/sources/orders.yml | duckdb */
SELECT
  CAST(order_id AS BIGINT) AS order_id,
  customer_id,
  CAST(CAST(ordered_at AS TIMESTAMPTZ) AS TIMESTAMP) AS ordered_at,
  CAST(amount AS DECIMAL(10, 2)) AS amount
FROM read_csv('data/orders.csv', header = TRUE, all_varchar = TRUE)

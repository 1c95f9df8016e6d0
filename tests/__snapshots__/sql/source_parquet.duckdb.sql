/* source.orders | seeknal/orders.yml | duckdb */
SELECT
  CAST(order_id AS BIGINT) AS order_id,
  CAST(customer AS TEXT) AS customer,
  CAST(order_date AS DATE) AS order_date,
  CAST(paid_at AS TIMESTAMP) AS paid_at,
  CASE
    WHEN isfinite(CAST(amount AS DOUBLE)) THEN CAST(amount AS DOUBLE)
    WHEN isinf(CAST(amount AS DOUBLE)) THEN CAST(amount AS DOUBLE)
  END AS amount,
  CAST(price AS DECIMAL(10, 2)) AS price,
  CAST(gift AS BOOLEAN) AS gift,
  labels
FROM read_parquet('data/orders/*.parquet')
;

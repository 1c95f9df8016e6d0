/* source.transactions | seeknal/sources/transactions.yml | duckdb */
SELECT
  order_id,
  customer_id,
  CAST(order_date AS DATE) AS order_date,
  region,
  product_category,
  CAST(quantity AS BIGINT) AS quantity,
  CAST(revenue AS DECIMAL(10, 2)) AS revenue
FROM read_csv('data/transactions.csv', delim = ',', header = TRUE, all_varchar = TRUE)

/* transform.clean_transactions | seeknal/transforms/clean_transactions.yml | duckdb */
SELECT
  order_id,
  customer_id,
  order_date,
  region,
  LOWER(TRIM(product_category)) AS product_category,
  quantity,
  revenue,
  CAST(revenue AS DOUBLE) / quantity AS unit_price
FROM source_transactions
WHERE revenue > 0

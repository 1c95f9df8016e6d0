/* transform.pivoted | seeknal/pivoted.yml | clickhouse */
SELECT
  customer_id,
  SUM(CASE WHEN status = 'paid' THEN amount END) AS paid_amount,
  SUM(CASE WHEN status = 'open' THEN amount END) AS open_amount,
  CAST(COUNT(*) AS Nullable(Int64)) AS orders
FROM source_orders
GROUP BY customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

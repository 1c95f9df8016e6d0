/* transform.net_orders | seeknal/net_orders.yml | clickhouse */
SELECT
  customer_id,
  CAST('2026-01-31' AS Nullable(Date32)) AS application_date,
  'eur' AS currency,
  amount * CAST('0.8' AS Nullable(Decimal(2, 1))) AS net
FROM source_orders
WHERE status = 'paid'
  AND amount > 10
  AND order_date >= CAST('2025-12-01' AS Nullable(Date32))
  AND 'north' <> 'south'
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

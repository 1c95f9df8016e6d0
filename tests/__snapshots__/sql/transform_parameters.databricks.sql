/* transform.net_orders | seeknal/net_orders.yml | databricks */
SELECT
  customer_id,
  CAST('2026-01-31' AS DATE) AS application_date,
  'eur' AS currency,
  amount * 0.8 AS net
FROM source_orders
WHERE status = 'paid'
  AND amount > 10
  AND order_date >= CAST('2025-12-01' AS DATE)
  AND 'north' <> 'south'
;

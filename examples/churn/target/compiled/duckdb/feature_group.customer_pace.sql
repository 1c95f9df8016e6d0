/* feature_group.customer_pace | seeknal/feature_groups/customer_pace.yml | duckdb */
WITH events AS (
  /* the events of source.orders by the as-of */
  SELECT
    customer_id,
    ordered_at,
    CAST($as_of AS TIMESTAMP) AS as_of
  FROM source_orders
  WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL AND ordered_at <= CAST($as_of AS TIMESTAMP)
)
SELECT
  customer_id,
  as_of AS event_time,
  /* orders: window 7d */
  COUNT(CASE WHEN ordered_at > as_of - INTERVAL '7' DAY THEN 1 END) AS "orders_7d",
  /* orders: window 28d */
  COUNT(CASE WHEN ordered_at > as_of - INTERVAL '28' DAY THEN 1 END) AS "orders_28d",
  /* days_since_order: every past event */
  MIN(DATE_DIFF('DAY', CAST(ordered_at AS DATE), CAST(as_of AS DATE))) AS "days_since_order"
FROM events
GROUP BY customer_id, as_of

/* feature_group.customer_spend | seeknal/feature_groups/customer_spend.yml | duckdb */
WITH events AS (
  /* the events of source.orders by the as-of */
  SELECT
    customer_id,
    amount,
    ordered_at,
    CAST($as_of AS TIMESTAMP) AS as_of
  FROM source_orders
  WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL AND ordered_at <= CAST($as_of AS TIMESTAMP)
)
SELECT
  customer_id,
  as_of AS event_time,
  /* spend: window 7d */
  SUM(CASE WHEN ordered_at > as_of - INTERVAL '7' DAY THEN amount END) AS "spend_7d",
  /* spend: window 28d */
  SUM(CASE WHEN ordered_at > as_of - INTERVAL '28' DAY THEN amount END) AS "spend_28d",
  /* basket: every past event */
  AVG(amount) AS "basket"
FROM events
GROUP BY customer_id, as_of

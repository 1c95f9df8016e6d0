/* aggregation.daily | seeknal/daily.yml | snowflake */
WITH events AS (
  SELECT
    customer_id,
    status,
    amount,
    ordered_at,
    CAST(ordered_at AS DATE) AS ordered_at_day
  FROM source_orders
  WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL AND status IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    MAX(CASE WHEN amount IS NOT NULL THEN ordered_at END) OVER (
      PARTITION BY customer_id, ordered_at_day, status
    ) AS amount_last_time
  FROM events
)
SELECT
  customer_id,
  ordered_at_day AS ordered_at,
  status,
  SUM(amount) AS "amount_sum",
  COUNT(amount) AS "amount_count",
  MAX(CASE WHEN amount IS NOT NULL AND ordered_at = amount_last_time THEN amount END) AS "amount_last",
  /* amount: amount >= 100 */
  COUNT(CASE WHEN amount >= 100 THEN amount END) AS "amount_count_if",
  COALESCE(SUM(CASE WHEN amount >= 100 THEN amount END), 0) AS "amount_sum_if"
FROM events_prepared
GROUP BY customer_id, ordered_at_day, status
;

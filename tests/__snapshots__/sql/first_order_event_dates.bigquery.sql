/* aggregation.daily | seeknal/daily.yml | bigquery */
WITH events AS (
  SELECT
    customer_id,
    status,
    amount,
    ordered_at,
    CAST(ordered_at AS DATE) AS ordered_at_day
  FROM source_orders
  WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL AND status IS NOT NULL
)
SELECT
  customer_id,
  ordered_at_day AS ordered_at,
  status,
  SUM(amount) AS `amount_sum`,
  COUNT(amount) AS `amount_count`,
  ARRAY_AGG(
    CASE WHEN amount IS NOT NULL AND ordered_at IS NOT NULL THEN amount END IGNORE NULLS ORDER BY ordered_at DESC, amount DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `amount_last`,
  /* amount: amount >= 100 */
  COUNT(CASE WHEN amount >= 100 THEN amount END) AS `amount_count_if`,
  COALESCE(SUM(CASE WHEN amount >= 100 THEN amount END), 0) AS `amount_sum_if`
FROM events
GROUP BY customer_id, ordered_at_day, status
;

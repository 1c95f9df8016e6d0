/* second_order_aggregation.recent | seeknal/recent.yml | bigquery */
WITH events AS (
  /* days: whole days from ordered_at back from scored_at; below 0 is the future and never counts */
  SELECT
    customer_id,
    ordered_at,
    DATE_DIFF(CAST(scored_at AS DATE), CAST(ordered_at AS DATE), DAY) AS days,
    CASE WHEN CAST(ordered_at AS DATE) <= CAST(scored_at AS DATE) THEN amount END AS past_amount
  FROM source_events
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  SUM(past_amount) AS `amount_SUM`,
  ARRAY_AGG(
    CASE WHEN past_amount IS NOT NULL AND ordered_at IS NOT NULL THEN past_amount END IGNORE NULLS ORDER BY ordered_at, past_amount DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `amount_FIRST`,
  MIN(CASE WHEN days >= 0 THEN days END) AS `amount_DAYS_SINCE_LAST`,
  /* week: window [0, 6] */
  SUM(CASE WHEN days <= 6 THEN past_amount END) AS `amount_SUM_0_6`
FROM events
GROUP BY customer_id
;

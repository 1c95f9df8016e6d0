/* second_order_aggregation.recent | seeknal/recent.yml | databricks */
WITH events AS (
  /* days: whole days from ordered_at back from scored_at; below 0 is the future and never counts */
  SELECT
    customer_id,
    ordered_at,
    DATEDIFF(CAST(scored_at AS DATE), CAST(ordered_at AS DATE)) AS days,
    CASE WHEN CAST(ordered_at AS DATE) <= CAST(scored_at AS DATE) THEN amount END AS past_amount
  FROM source_events
  WHERE customer_id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    MIN(CASE WHEN past_amount IS NOT NULL THEN ordered_at END) OVER (PARTITION BY customer_id) AS amount_first_time
  FROM events
)
SELECT
  customer_id,
  SUM(past_amount) AS `amount_SUM`,
  MAX(CASE WHEN past_amount IS NOT NULL AND ordered_at = amount_first_time THEN past_amount END) AS `amount_FIRST`,
  MIN(CASE WHEN days >= 0 THEN days END) AS `amount_DAYS_SINCE_LAST`,
  /* week: window [0, 6] */
  SUM(CASE WHEN days <= 6 THEN past_amount END) AS `amount_SUM_0_6`
FROM events_prepared
GROUP BY customer_id
;

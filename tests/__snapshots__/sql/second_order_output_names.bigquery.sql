/* second_order_aggregation.named | seeknal/named.yml | bigquery */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    DATE_DIFF(application_date, order_date, DAY) AS days,
    CASE WHEN order_date <= application_date THEN amount END AS past_amount
  FROM source_daily
  WHERE customer_id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    PERCENTILE_CONT(CAST(past_amount AS FLOAT64), 0.9) OVER (PARTITION BY customer_id) AS amount_quantile_0_9_quantile
  FROM events
)
SELECT
  customer_id,
  SUM(past_amount) AS `total_spent`,
  /* week: window [0, 6] */
  SUM(CASE WHEN days <= 6 THEN past_amount END) AS `SpentThisWeek`,
  MAX(amount_quantile_0_9_quantile) AS `amount_QUANTILE_0_9`
FROM events_prepared
GROUP BY customer_id
;

/* second_order_aggregation.named | seeknal/named.yml | spark */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    DATEDIFF(application_date, order_date) AS days,
    CASE WHEN order_date <= application_date THEN amount END AS past_amount
  FROM source_daily
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  SUM(past_amount) AS `total_spent`,
  /* week: window [0, 6] */
  SUM(CASE WHEN days <= 6 THEN past_amount END) AS `SpentThisWeek`,
  PERCENTILE(past_amount, 0.9) AS `amount_QUANTILE_0_9`
FROM events
GROUP BY customer_id
;

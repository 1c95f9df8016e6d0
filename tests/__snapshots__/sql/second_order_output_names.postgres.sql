/* second_order_aggregation.named | seeknal/named.yml | postgres */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    application_date - order_date AS days,
    CASE WHEN order_date <= application_date THEN amount END AS past_amount
  FROM source_daily
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  SUM(past_amount) AS "total_spent",
  /* week: window [0, 6] */
  SUM(CASE WHEN days <= 6 THEN past_amount END) AS "SpentThisWeek",
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY CAST(past_amount AS DOUBLE PRECISION)) AS "amount_QUANTILE_0_9"
FROM events
GROUP BY customer_id
;

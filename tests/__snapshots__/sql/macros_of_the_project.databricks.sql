/* second_order_aggregation.spreads | seeknal/spreads.yml | databricks */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    amount,
    DATEDIFF(application_date, order_date) AS days
  FROM source_daily
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  /* amount: window [0, 6] */
  CAST(MAX(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS DOUBLE)
    - CAST(MIN(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS DOUBLE) AS `amount_SPREAD_0_6`,
  (ROUND(AVG(CAST(CASE WHEN days BETWEEN 0 AND 6 THEN amount END AS DOUBLE)) * 100) / 100) AS `amount_MEAN_0_6`
FROM events
GROUP BY customer_id
;

/* second_order_aggregation.spreads | seeknal/spreads.yml | bigquery */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    amount,
    DATE_DIFF(application_date, order_date, DAY) AS days
  FROM source_daily
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  /* amount: window [0, 6] */
  CAST(MAX(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS FLOAT64)
    - CAST(MIN(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS FLOAT64) AS `amount_SPREAD_0_6`,
  (
    SIGN(AVG(CAST(CASE WHEN days BETWEEN 0 AND 6 THEN amount END AS FLOAT64)))
      * FLOOR(ABS(AVG(CAST(CASE WHEN days BETWEEN 0 AND 6 THEN amount END AS FLOAT64))) * 100 + 0.5)
      / 100
  ) AS `amount_MEAN_0_6`
FROM events
GROUP BY customer_id
;

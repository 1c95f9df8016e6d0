/* second_order_aggregation.trend | seeknal/trend.yml | bigquery */
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
  /* spending: ratio [1, 7] to [8, 14] */
  CAST(SUM(CAST(CASE WHEN days BETWEEN 1 AND 7 THEN amount END AS BIGNUMERIC)) AS FLOAT64)
    / NULLIF(
      CAST(SUM(CAST(CASE WHEN days BETWEEN 8 AND 14 THEN amount END AS BIGNUMERIC)) AS FLOAT64),
      0
    ) AS `amount_SUM1_7_SUM8_14`,
  /* habit: ratio [0, 6] to [0, 29] */
  CAST(COUNT(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS FLOAT64)
    / NULLIF(CAST(COUNT(CASE WHEN days BETWEEN 0 AND 29 THEN amount END) AS FLOAT64), 0) AS `amount_COUNT0_6_COUNT0_29`,
  CAST(AVG(CAST(CASE WHEN days BETWEEN 0 AND 6 THEN amount END AS BIGNUMERIC)) AS FLOAT64)
    / NULLIF(
      CAST(AVG(CAST(CASE WHEN days BETWEEN 0 AND 29 THEN amount END AS BIGNUMERIC)) AS FLOAT64),
      0
    ) AS `amount_MEAN0_6_MEAN0_29`
FROM events
GROUP BY customer_id
;

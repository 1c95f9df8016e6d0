/* aggregation.daily | seeknal/daily.yml | bigquery */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    application_date,
    DATE_DIFF(application_date, order_date, DAY) AS days,
    CASE WHEN order_date <= application_date THEN amount END AS past_amount,
    CASE WHEN order_date <= application_date THEN quantity END AS past_quantity
  FROM source_orders
  WHERE customer_id IS NOT NULL AND application_date IS NOT NULL
)
SELECT
  customer_id,
  application_date,
  SUM(past_amount) AS `amount_sum`,
  AVG(past_amount) AS `amount_avg`,
  STDDEV_SAMP(CAST(past_amount AS FLOAT64)) AS `amount_stddev`,
  CAST(SUM(CAST(past_quantity AS NUMERIC)) AS INT64) AS `pieces_sum`,
  MAX(past_quantity) AS `pieces_max`,
  COUNT(CASE WHEN days >= 0 THEN 1 END) AS `orders_count_rows`
FROM events
GROUP BY customer_id, application_date
;

/* second_order_aggregation.history | seeknal/history.yml | snowflake */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    orders,
    DATEDIFF(DAY, order_date, application_date) AS days,
    CASE WHEN order_date <= application_date THEN amount END AS past_amount
  FROM source_daily
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  SUM(past_amount) AS "amount_SUM",
  AVG(past_amount) AS "amount_MEAN",
  MAX(past_amount) AS "amount_MAX",
  COUNT(CASE WHEN days >= 0 THEN orders END) AS "orders_COUNT"
FROM events
GROUP BY customer_id
;

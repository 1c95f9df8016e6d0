/* aggregation.customer_trend | seeknal/aggregations/customer_trend.yml | duckdb */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    application_date,
    DATE_DIFF('DAY', order_date, application_date) AS days,
    CASE WHEN order_date <= application_date THEN daily_amount END AS past_daily_amount
  FROM feature_group_customer_daily_agg
  WHERE customer_id IS NOT NULL AND application_date IS NOT NULL
)
SELECT
  customer_id,
  application_date,
  SUM(past_daily_amount) AS "spent_sum",
  MAX(past_daily_amount) AS "spent_max",
  /* spent: the last 7 days */
  SUM(CASE WHEN days <= 6 THEN past_daily_amount END) AS "spent_sum_7d",
  /* spent: the last 14 days */
  SUM(CASE WHEN days <= 13 THEN past_daily_amount END) AS "spent_sum_14d",
  /* spent: the last 7 days to the last 14 */
  SUM(CASE WHEN days <= 6 THEN past_daily_amount END)
    / NULLIF(SUM(CASE WHEN days <= 13 THEN past_daily_amount END), 0) AS "spent_sum_ratio_7d_14d"
FROM events
GROUP BY customer_id, application_date

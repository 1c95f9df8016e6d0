/* second_order_aggregation.region_metrics | seeknal/second_order_aggregations/region_metrics.yml | duckdb */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    region,
    daily_amount,
    DATE_DIFF('DAY', order_date, application_date) AS days,
    CASE WHEN order_date <= application_date THEN daily_amount END AS past_daily_amount
  FROM feature_group_customer_daily_agg
  WHERE region IS NOT NULL
)
SELECT
  region,
  SUM(past_daily_amount) AS "daily_amount_SUM",
  AVG(past_daily_amount) AS "daily_amount_MEAN",
  /* recent_spending: window [1, 7] */
  SUM(CASE WHEN days BETWEEN 1 AND 7 THEN daily_amount END) AS "daily_amount_SUM_1_7",
  /* spending_trend: ratio [1, 7] to [8, 14] */
  SUM(CASE WHEN days BETWEEN 1 AND 7 THEN daily_amount END)
    / NULLIF(SUM(CASE WHEN days BETWEEN 8 AND 14 THEN daily_amount END), 0) AS "daily_amount_SUM1_7_SUM8_14"
FROM events
GROUP BY region

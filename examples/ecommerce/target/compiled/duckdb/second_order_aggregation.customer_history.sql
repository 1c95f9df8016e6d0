/* second_order_aggregation.customer_history | seeknal/second_order_aggregations/customer_history.yml | duckdb */
WITH spine AS (
  /* the pairs of source.reviews to compute features for */
  SELECT DISTINCT
    customer_id AS spine_customer_id,
    application_date AS spine_application_date
  FROM source_reviews
  WHERE customer_id IS NOT NULL AND application_date IS NOT NULL
),
events AS (
  SELECT customer_id, revenue_sum, order_date
  FROM aggregation_customer_daily
  WHERE customer_id IS NOT NULL AND order_date IS NOT NULL
),
past_events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    spine.spine_customer_id,
    spine.spine_application_date,
    events.revenue_sum,
    DATE_DIFF('DAY', events.order_date, spine.spine_application_date) AS days
  FROM spine
  LEFT JOIN events
    ON events.customer_id = spine.spine_customer_id
      AND events.order_date <= spine.spine_application_date
)
SELECT
  spine_customer_id AS customer_id,
  spine_application_date AS application_date,
  SUM(revenue_sum) AS "revenue_sum_SUM",
  COUNT(revenue_sum) AS "revenue_sum_COUNT",
  /* last_week: window [0, 6] */
  SUM(CASE WHEN days <= 6 THEN revenue_sum END) AS "spent_last_7_days",
  /* big_days: since revenue_sum >= 100 */
  COUNT(CASE WHEN revenue_sum >= 100 THEN revenue_sum END) AS "SINCE_COUNT_revenue_sum_GEO_D",
  SUM(CASE WHEN revenue_sum >= 100 THEN revenue_sum END) AS "SINCE_SUM_revenue_sum_GEO_D"
FROM past_events
GROUP BY spine_customer_id, spine_application_date

/* feature_group.customer_daily_agg | seeknal/feature_groups/customer_daily_agg.yml | duckdb */
SELECT
  customer_id,
  region,
  order_date,
  CAST('2026-01-22' AS DATE) AS application_date,
  CAST(SUM(revenue) AS DOUBLE) AS daily_amount,
  CAST(COUNT(*) AS BIGINT) AS daily_count
FROM transform_clean_transactions
GROUP BY customer_id, region, order_date

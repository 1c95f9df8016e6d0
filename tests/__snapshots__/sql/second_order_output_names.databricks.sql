/* second_order_aggregation.named | seeknal/named.yml | databricks */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    DATEDIFF(application_date, order_date) AS days,
    CASE WHEN order_date <= application_date THEN amount END AS past_amount
  FROM source_daily
  WHERE customer_id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY customer_id
      ORDER BY CASE WHEN past_amount IS NOT NULL THEN 0 ELSE 1 END NULLS LAST, past_amount NULLS LAST
    ) AS amount_quantile_0_9_rank,
    COUNT(past_amount) OVER (PARTITION BY customer_id) AS amount_quantile_0_9_count
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    ABS(amount_quantile_0_9_rank - 1 - CAST(0.9 AS DOUBLE) * (amount_quantile_0_9_count - 1)) AS amount_quantile_0_9_distance
  FROM events_prepared
)
SELECT
  customer_id,
  SUM(past_amount) AS `total_spent`,
  /* week: window [0, 6] */
  SUM(CASE WHEN days <= 6 THEN past_amount END) AS `SpentThisWeek`,
  SUM(
    CASE
      WHEN past_amount IS NOT NULL AND amount_quantile_0_9_distance < 1
        THEN CAST(past_amount AS DOUBLE) * (1 - amount_quantile_0_9_distance)
    END
  ) AS `amount_QUANTILE_0_9`
FROM events_prepared_2
GROUP BY customer_id
;

/* aggregation.daily | seeknal/daily.yml | snowflake */
WITH events AS (
  SELECT
    customer_id,
    amount,
    CAST(CAST(CONVERT_TIMEZONE('UTC', TO_TIMESTAMP_TZ(order_date)) AS TIMESTAMP_NTZ) AS DATE) AS order_date_day
  FROM source_orders
  WHERE customer_id IS NOT NULL AND order_date IS NOT NULL
)
SELECT
  customer_id,
  order_date_day AS order_date,
  SUM(amount) AS "amount_sum"
FROM events
GROUP BY customer_id, order_date_day
;

/* second_order_aggregation.trend | seeknal/trend.yml | snowflake */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    CAST(CONVERT_TIMEZONE('UTC', TO_TIMESTAMP_TZ(order_date)) AS TIMESTAMP_NTZ) AS order_date_at,
    DATEDIFF(
      DAY,
      CAST(CAST(CONVERT_TIMEZONE('UTC', TO_TIMESTAMP_TZ(order_date)) AS TIMESTAMP_NTZ) AS DATE),
      CAST(CAST(CONVERT_TIMEZONE('UTC', TO_TIMESTAMP_TZ(application_date)) AS TIMESTAMP_NTZ) AS DATE)
    ) AS days,
    CASE
      WHEN CAST(CAST(CONVERT_TIMEZONE('UTC', TO_TIMESTAMP_TZ(order_date)) AS TIMESTAMP_NTZ) AS DATE)
        <= CAST(
          CAST(CONVERT_TIMEZONE('UTC', TO_TIMESTAMP_TZ(application_date)) AS TIMESTAMP_NTZ) AS DATE
        )
        THEN amount
    END AS past_amount
  FROM source_orders
  WHERE customer_id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    MAX(CASE WHEN past_amount IS NOT NULL THEN order_date_at END) OVER (PARTITION BY customer_id) AS amount_last_time
  FROM events
)
SELECT
  customer_id,
  SUM(past_amount) AS "amount_SUM",
  MAX(CASE WHEN past_amount IS NOT NULL AND order_date_at = amount_last_time THEN past_amount END) AS "amount_LAST",
  /* week: window [0, 6] */
  SUM(CASE WHEN days <= 6 THEN past_amount END) AS "amount_SUM_0_6"
FROM events_prepared
GROUP BY customer_id
;

/* second_order_aggregation.per_date | seeknal/per_date.yml | trino */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    amount,
    application_date,
    DATE_DIFF('DAY', order_date, application_date) AS days
  FROM source_daily
  WHERE customer_id IS NOT NULL AND application_date IS NOT NULL
)
SELECT
  customer_id,
  application_date,
  /* amount: window [0, 6] */
  SUM(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS "amount_SUM_0_6",
  COUNT(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS "amount_COUNT_0_6"
FROM events
GROUP BY customer_id, application_date
;

/* second_order_aggregation.per_day_of_a_timestamp | seeknal/per_day_of_a_timestamp.yml | trino */
WITH events AS (
  /* days: whole days from order_date back from applied_at; below 0 is the future and never counts */
  SELECT
    customer_id,
    amount,
    CAST(applied_at AS DATE) AS applied_at_day,
    DATE_DIFF('DAY', order_date, CAST(applied_at AS DATE)) AS days
  FROM source_daily
  WHERE customer_id IS NOT NULL AND applied_at IS NOT NULL
)
SELECT
  customer_id,
  applied_at_day AS applied_at,
  /* amount: window [0, 6] */
  SUM(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS "amount_SUM_0_6",
  COUNT(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS "amount_COUNT_0_6"
FROM events
GROUP BY customer_id, applied_at_day
;

/* second_order_aggregation.per_id | seeknal/per_id.yml | trino */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    amount,
    DATE_DIFF('DAY', order_date, application_date) AS days
  FROM source_daily
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  /* amount: window [0, 6] */
  SUM(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS "amount_SUM_0_6",
  COUNT(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS "amount_COUNT_0_6"
FROM events
GROUP BY customer_id
;

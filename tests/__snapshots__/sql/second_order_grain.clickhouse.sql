/* second_order_aggregation.per_date | seeknal/per_date.yml | clickhouse */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    amount,
    application_date,
    dateDiff('day', order_date, application_date) AS days
  FROM source_daily
  WHERE customer_id IS NOT NULL AND application_date IS NOT NULL
)
SELECT
  customer_id,
  application_date,
  /* amount: window [0, 6] */
  SUM(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS "amount_SUM_0_6",
  toInt64(COUNT(CASE WHEN days BETWEEN 0 AND 6 THEN amount END)) AS "amount_COUNT_0_6"
FROM events
GROUP BY customer_id, application_date
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* second_order_aggregation.per_day_of_a_timestamp | seeknal/per_day_of_a_timestamp.yml | clickhouse */
WITH events AS (
  /* days: whole days from order_date back from applied_at; below 0 is the future and never counts */
  SELECT
    customer_id,
    amount,
    toDate32(applied_at) AS applied_at_day,
    dateDiff('day', order_date, toDate32(applied_at)) AS days
  FROM source_daily
  WHERE customer_id IS NOT NULL AND applied_at IS NOT NULL
)
SELECT
  customer_id,
  applied_at_day AS applied_at,
  /* amount: window [0, 6] */
  SUM(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS "amount_SUM_0_6",
  toInt64(COUNT(CASE WHEN days BETWEEN 0 AND 6 THEN amount END)) AS "amount_COUNT_0_6"
FROM events
GROUP BY customer_id, applied_at_day
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* second_order_aggregation.per_id | seeknal/per_id.yml | clickhouse */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    amount,
    dateDiff('day', order_date, application_date) AS days
  FROM source_daily
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  /* amount: window [0, 6] */
  SUM(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS "amount_SUM_0_6",
  toInt64(COUNT(CASE WHEN days BETWEEN 0 AND 6 THEN amount END)) AS "amount_COUNT_0_6"
FROM events
GROUP BY customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* second_order_aggregation.recent | seeknal/recent.yml | clickhouse */
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
  /* last_week: window [1, 7] */
  SUM(CASE WHEN days BETWEEN 1 AND 7 THEN amount END) AS "amount_SUM_1_7",
  AVG(CASE WHEN days BETWEEN 1 AND 7 THEN amount END) AS "amount_MEAN_1_7",
  /* week_before: window [8, 14] */
  SUM(CASE WHEN days BETWEEN 8 AND 14 THEN amount END) AS "amount_SUM_8_14",
  /* today: window [0, 0] */
  toInt64(COUNT(CASE WHEN days = 0 THEN 1 END)) AS "amount_COUNT_ROWS_0_0"
FROM events
GROUP BY customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* second_order_aggregation.trend | seeknal/trend.yml | clickhouse */
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
  /* spending: ratio [1, 7] to [8, 14] */
  CAST(
    CAST(SUM(CASE WHEN days BETWEEN 1 AND 7 THEN amount END) AS Nullable(Decimal(38, 2))) AS Nullable(Float64)
  )
    / nullIf(
      CAST(
        CAST(SUM(CASE WHEN days BETWEEN 8 AND 14 THEN amount END) AS Nullable(Decimal(38, 2))) AS Nullable(Float64)
      ),
      0
    ) AS "amount_SUM1_7_SUM8_14",
  /* habit: ratio [0, 6] to [0, 29] */
  CAST(toInt64(COUNT(CASE WHEN days BETWEEN 0 AND 6 THEN amount END)) AS Nullable(Float64))
    / nullIf(
      CAST(toInt64(COUNT(CASE WHEN days BETWEEN 0 AND 29 THEN amount END)) AS Nullable(Float64)),
      0
    ) AS "amount_COUNT0_6_COUNT0_29",
  AVG(CASE WHEN days BETWEEN 0 AND 6 THEN amount END)
    / nullIf(AVG(CASE WHEN days BETWEEN 0 AND 29 THEN amount END), 0) AS "amount_MEAN0_6_MEAN0_29"
FROM events
GROUP BY customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

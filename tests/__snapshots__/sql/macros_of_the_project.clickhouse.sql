/* second_order_aggregation.spreads | seeknal/spreads.yml | clickhouse */
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
  CAST(MAX(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS Nullable(Float64))
    - CAST(MIN(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS Nullable(Float64)) AS "amount_SPREAD_0_6",
  (
    SIGN(AVG(CAST(CASE WHEN days BETWEEN 0 AND 6 THEN amount END AS Nullable(Float64))))
      * FLOOR(
        ABS(AVG(CAST(CASE WHEN days BETWEEN 0 AND 6 THEN amount END AS Nullable(Float64)))) * 100
          + 0.5
      )
      / 100
  ) AS "amount_MEAN_0_6"
FROM events
GROUP BY customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

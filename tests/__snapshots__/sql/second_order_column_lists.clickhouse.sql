/* second_order_aggregation.both | seeknal/both.yml | clickhouse */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    amount,
    pieces,
    dateDiff('day', order_date, application_date) AS days
  FROM source_daily
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  /* week: window [0, 6] */
  SUM(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS "amount_SUM_0_6",
  CAST(
    SUM(CAST(CASE WHEN days BETWEEN 0 AND 6 THEN pieces END AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)
  ) AS "pieces_SUM_0_6",
  /* week: ratio [0, 6] to [7, 13] */
  SUM(CASE WHEN days BETWEEN 0 AND 6 THEN amount END)
    / nullIf(SUM(CASE WHEN days BETWEEN 7 AND 13 THEN amount END), 0) AS "amount_SUM0_6_SUM7_13",
  CAST(
    CAST(
      SUM(CAST(CASE WHEN days BETWEEN 0 AND 6 THEN pieces END AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)
    ) AS Nullable(Float64)
  )
    / nullIf(
      CAST(
        CAST(
          SUM(CAST(CASE WHEN days BETWEEN 7 AND 13 THEN pieces END AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)
        ) AS Nullable(Float64)
      ),
      0
    ) AS "pieces_SUM0_6_SUM7_13"
FROM events
GROUP BY customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

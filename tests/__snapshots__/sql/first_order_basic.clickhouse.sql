/* aggregation.daily | seeknal/daily.yml | clickhouse */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    application_date,
    dateDiff('day', order_date, application_date) AS days,
    CASE WHEN order_date <= application_date THEN amount END AS past_amount,
    CASE WHEN order_date <= application_date THEN quantity END AS past_quantity
  FROM source_orders
  WHERE customer_id IS NOT NULL AND application_date IS NOT NULL
)
SELECT
  customer_id,
  application_date,
  SUM(past_amount) AS "amount_sum",
  AVG(past_amount) AS "amount_avg",
  CASE
    WHEN COUNT(past_amount) > 1
      THEN arrayReduce(
        'stddevSampStable',
        arrayMap(
          (v, m) -> v - m,
          groupArray(CAST(past_amount AS Nullable(Float64))),
          arrayWithConstant(
            COUNT(past_amount),
            arrayAvg(groupArray(CAST(past_amount AS Nullable(Float64))))
          )
        )
      )
  END AS "amount_stddev",
  CAST(SUM(CAST(past_quantity AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)) AS "pieces_sum",
  MAX(past_quantity) AS "pieces_max",
  toInt64(COUNT(CASE WHEN days >= 0 THEN 1 END)) AS "orders_count_rows"
FROM events
GROUP BY customer_id, application_date
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

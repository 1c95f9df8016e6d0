/* aggregation.trend | seeknal/trend.yml | clickhouse */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    quantity,
    application_date,
    dateDiff('day', order_date, application_date) AS days
  FROM source_orders
  WHERE customer_id IS NOT NULL AND application_date IS NOT NULL
)
SELECT
  customer_id,
  application_date,
  /* pieces: the last 7 days to the last 30 */
  CAST(
    CAST(
      SUM(CAST(CASE WHEN days BETWEEN 0 AND 6 THEN quantity END AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)
    ) AS Nullable(Float64)
  )
    / nullIf(
      CAST(
        CAST(
          SUM(
            CAST(CASE WHEN days BETWEEN 0 AND 29 THEN quantity END AS Nullable(Decimal(38, 0)))
          ) AS Nullable(Int64)
        ) AS Nullable(Float64)
      ),
      0
    ) AS "pieces_sum_ratio_7d_30d",
  CAST(toInt64(COUNT(CASE WHEN days BETWEEN 0 AND 6 THEN quantity END)) AS Nullable(Float64))
    / nullIf(
      CAST(
        toInt64(COUNT(CASE WHEN days BETWEEN 0 AND 29 THEN quantity END)) AS Nullable(Float64)
      ),
      0
    ) AS "pieces_count_ratio_7d_30d",
  /* pieces: the last 14 days to the last 30 */
  CAST(
    CAST(
      SUM(CAST(CASE WHEN days BETWEEN 0 AND 13 THEN quantity END AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)
    ) AS Nullable(Float64)
  )
    / nullIf(
      CAST(
        CAST(
          SUM(
            CAST(CASE WHEN days BETWEEN 0 AND 29 THEN quantity END AS Nullable(Decimal(38, 0)))
          ) AS Nullable(Int64)
        ) AS Nullable(Float64)
      ),
      0
    ) AS "pieces_sum_ratio_14d_30d",
  CAST(toInt64(COUNT(CASE WHEN days BETWEEN 0 AND 13 THEN quantity END)) AS Nullable(Float64))
    / nullIf(
      CAST(
        toInt64(COUNT(CASE WHEN days BETWEEN 0 AND 29 THEN quantity END)) AS Nullable(Float64)
      ),
      0
    ) AS "pieces_count_ratio_14d_30d"
FROM events
GROUP BY customer_id, application_date
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

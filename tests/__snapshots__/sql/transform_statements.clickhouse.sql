/* transform.big_spenders | seeknal/big_spenders.yml | clickhouse */
WITH totals AS (
  SELECT
    customer_id,
    SUM(amount) AS total
  FROM source_orders
  GROUP BY customer_id
),
ranked AS (
  SELECT
    customer_id,
    total,
    CAST(ROW_NUMBER() OVER (ORDER BY total DESC) AS Nullable(Int64)) AS place
  FROM totals
),
"top" AS (
  SELECT *
  FROM ranked
  WHERE place <= 10
)
SELECT customer_id, total
FROM "top"
WHERE total > 100
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

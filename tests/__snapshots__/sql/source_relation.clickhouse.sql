/* source.bare | seeknal/bare.yml | clickhouse */
SELECT
  CAST(order_id AS Nullable(Int64)) AS order_id,
  CASE
    WHEN NOT isNaN(CAST(amount AS Nullable(Float64))) THEN CAST(amount AS Nullable(Float64)) + 0
  END AS amount
FROM orders
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1
;

/* source.in_schema | seeknal/in_schema.yml | clickhouse */
SELECT
  CAST(order_id AS Nullable(Int64)) AS order_id,
  CAST(paid_at AS Nullable(DateTime64(6, 'UTC'))) AS paid_at
FROM sales."Orders"
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1
;

-- source.in_database is refused: the relation `warehouse.sales."order"` of three parts is not something clickhouse can run
--   name a relation `database.table`

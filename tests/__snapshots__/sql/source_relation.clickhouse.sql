/* source.bare | seeknal/bare.yml | clickhouse */
SELECT
  CASE WHEN order_id IS NOT NULL THEN accurateCast(order_id, 'Int64') END AS order_id,
  CASE
    WHEN NOT isNaN(CASE WHEN amount IS NOT NULL THEN toFloat64(assumeNotNull(amount)) END)
      THEN CASE WHEN amount IS NOT NULL THEN toFloat64(assumeNotNull(amount)) END + 0
  END AS amount
FROM orders
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* source.in_schema | seeknal/in_schema.yml | clickhouse */
SELECT
  CASE WHEN order_id IS NOT NULL THEN accurateCast(order_id, 'Int64') END AS order_id,
  CASE WHEN paid_at IS NOT NULL THEN accurateCast(paid_at, 'DateTime64(6, ''UTC'')') END AS paid_at
FROM sales."Orders"
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

-- source.in_database is refused: the relation `warehouse.sales."order"` of three parts is not something clickhouse can run
--   name a relation `database.table`

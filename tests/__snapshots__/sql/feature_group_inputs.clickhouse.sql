/* feature_group.as_it_is | seeknal/as_it_is.yml | clickhouse */
SELECT *
FROM source_orders
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* feature_group.by_position | seeknal/by_position.yml | clickhouse */
SELECT
  customer_id,
  SUM(amount) AS total
FROM source_orders
GROUP BY customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* feature_group.by_ref | seeknal/by_ref.yml | clickhouse */
SELECT
  customer_id,
  MAX(amount) AS "greatest"
FROM source_orders
GROUP BY customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* feature_group.by_source | seeknal/by_source.yml | clickhouse */
SELECT
  source.customer_id AS customer_id,
  MIN(source.amount) AS "least"
FROM source_orders AS source
GROUP BY source.customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.by_alias | seeknal/by_alias.yml | clickhouse */
SELECT
  o.amount AS amount,
  b.region AS region
FROM source_orders AS o
JOIN source_customers AS b ON o.customer_id = b.customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.by_jinja_ref | seeknal/by_jinja_ref.yml | clickhouse */
SELECT amount
FROM source_orders
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.by_node_id | seeknal/by_node_id.yml | clickhouse */
SELECT
  orders.amount AS amount
FROM source_orders AS orders
WHERE orders.amount > 0
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.by_position | seeknal/by_position.yml | clickhouse */
SELECT
  input_0.amount AS amount,
  c.region AS region
FROM source_orders AS input_0
JOIN source_customers AS c ON input_0.customer_id = c.customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.by_ref | seeknal/by_ref.yml | clickhouse */
SELECT
  o.amount AS amount,
  c.region AS region
FROM source_orders AS o
JOIN source_customers AS c ON o.customer_id = c.customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.by_relation | seeknal/by_relation.yml | clickhouse */
SELECT amount
FROM source_orders
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.by_this | seeknal/by_this.yml | clickhouse */
SELECT amount
FROM source_orders
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* source.bare | seeknal/bare.yml | duckdb */
SELECT
  order_id,
  CASE WHEN isfinite(amount) OR isinf(amount) THEN amount END AS amount
FROM orders
;

/* source.in_database | seeknal/in_database.yml | duckdb */
SELECT order_id
FROM warehouse.sales."order"
;

/* source.in_schema | seeknal/in_schema.yml | duckdb */
SELECT order_id, paid_at
FROM sales."Orders"
;

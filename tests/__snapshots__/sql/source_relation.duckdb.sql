/* source.bare | seeknal/bare.yml | duckdb */
SELECT
  CAST(order_id AS BIGINT) AS order_id,
  CASE
    WHEN isfinite(CAST(amount AS DOUBLE)) THEN CAST(amount AS DOUBLE)
    WHEN isinf(CAST(amount AS DOUBLE)) THEN CAST(amount AS DOUBLE)
  END AS amount
FROM orders
;

/* source.in_database | seeknal/in_database.yml | duckdb */
SELECT
  CAST(order_id AS BIGINT) AS order_id
FROM warehouse.sales."order"
;

/* source.in_schema | seeknal/in_schema.yml | duckdb */
SELECT
  CAST(order_id AS BIGINT) AS order_id,
  CAST(paid_at AS TIMESTAMP) AS paid_at
FROM sales."Orders"
;

/* source.bare | seeknal/bare.yml | trino */
SELECT
  CAST(order_id AS BIGINT) AS order_id,
  CASE WHEN NOT IS_NAN(CAST(amount AS DOUBLE)) THEN CAST(amount AS DOUBLE) END AS amount
FROM orders
;

/* source.in_database | seeknal/in_database.yml | trino */
SELECT
  CAST(order_id AS BIGINT) AS order_id
FROM warehouse.sales."order"
;

/* source.in_schema | seeknal/in_schema.yml | trino */
SELECT
  CAST(order_id AS BIGINT) AS order_id,
  CAST(paid_at AS TIMESTAMP(6)) AS paid_at
FROM sales."Orders"
;

/* source.bare | seeknal/bare.yml | redshift */
SELECT
  CAST(order_id AS BIGINT) AS order_id,
  NULLIF(CAST(amount AS DOUBLE PRECISION), CAST('NaN' AS DOUBLE PRECISION)) AS amount
FROM orders
;

/* source.in_database | seeknal/in_database.yml | redshift */
SELECT
  CAST(order_id AS BIGINT) AS order_id
FROM warehouse.sales."order"
;

/* source.in_schema | seeknal/in_schema.yml | redshift */
SELECT
  CAST(order_id AS BIGINT) AS order_id,
  CAST(paid_at AS TIMESTAMP) AS paid_at
FROM sales."Orders"
;

/* source.bare | seeknal/bare.yml | datafusion */
SELECT
  CAST(order_id AS BIGINT) AS order_id,
  NULLIF(CAST(amount AS DOUBLE PRECISION), CAST('NaN' AS DOUBLE PRECISION)) + 0 AS amount
FROM orders
;

/* source.in_database | seeknal/in_database.yml | datafusion */
SELECT
  CAST(order_id AS BIGINT) AS order_id
FROM warehouse.sales."order"
;

/* source.in_schema | seeknal/in_schema.yml | datafusion */
SELECT
  CAST(order_id AS BIGINT) AS order_id,
  CAST(paid_at AS TIMESTAMP(6)) AS paid_at
FROM sales."Orders"
;

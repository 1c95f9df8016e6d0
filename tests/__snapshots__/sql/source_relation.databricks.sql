/* source.bare | seeknal/bare.yml | databricks */
SELECT
  CAST(order_id AS BIGINT) AS order_id,
  NULLIF(CAST(amount AS DOUBLE), CAST('NaN' AS DOUBLE)) AS amount
FROM orders
;

/* source.in_database | seeknal/in_database.yml | databricks */
SELECT
  CAST(order_id AS BIGINT) AS order_id
FROM warehouse.sales.`order`
;

/* source.in_schema | seeknal/in_schema.yml | databricks */
SELECT
  CAST(order_id AS BIGINT) AS order_id,
  CAST(paid_at AS TIMESTAMP_NTZ) AS paid_at
FROM sales.`Orders`
;

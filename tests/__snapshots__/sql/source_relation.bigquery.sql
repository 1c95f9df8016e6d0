/* source.bare | seeknal/bare.yml | bigquery */
SELECT
  CAST(order_id AS INT64) AS order_id,
  IF(IS_NAN(CAST(amount AS FLOAT64)), NULL, CAST(amount AS FLOAT64)) AS amount
FROM orders
;

/* source.in_database | seeknal/in_database.yml | bigquery */
SELECT
  CAST(order_id AS INT64) AS order_id
FROM warehouse.sales.`order`
;

/* source.in_schema | seeknal/in_schema.yml | bigquery */
SELECT
  CAST(order_id AS INT64) AS order_id,
  CAST(paid_at AS DATETIME) AS paid_at
FROM sales.`Orders`
;

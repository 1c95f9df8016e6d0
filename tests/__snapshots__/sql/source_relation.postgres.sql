/* source.bare | seeknal/bare.yml | postgres */
SELECT
  order_id,
  NULLIF(amount, CAST('NaN' AS DOUBLE PRECISION)) AS amount
FROM orders
;

/* source.in_database | seeknal/in_database.yml | postgres */
SELECT order_id
FROM warehouse.sales."order"
;

/* source.in_schema | seeknal/in_schema.yml | postgres */
SELECT order_id, paid_at
FROM sales."Orders"
;

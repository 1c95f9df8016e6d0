/* source.orders | seeknal/orders.yml | snowflake */
CREATE TABLE source_orders (
  order_id BIGINT,
  customer VARCHAR,
  order_date DATE,
  paid_at TIMESTAMP_NTZ,
  amount DOUBLE,
  price DECIMAL(10, 2),
  gift BOOLEAN,
  labels VARIANT
)
;

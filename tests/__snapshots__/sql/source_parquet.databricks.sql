/* source.orders | seeknal/orders.yml | databricks */
CREATE TABLE source_orders (
  order_id BIGINT,
  customer STRING,
  order_date DATE,
  paid_at TIMESTAMP_NTZ,
  amount DOUBLE,
  price DECIMAL(10, 2),
  gift BOOLEAN,
  labels ARRAY<STRING>
)
;

/* source.orders | seeknal/orders.yml | trino */
CREATE TABLE source_orders (
  order_id BIGINT,
  customer VARCHAR,
  order_date DATE,
  paid_at TIMESTAMP(6),
  amount DOUBLE,
  price DECIMAL(10, 2),
  gift BOOLEAN
)
;

/* source.orders | seeknal/orders.yml | postgres */
CREATE TABLE source_orders (
  order_id BIGINT,
  customer TEXT,
  order_date DATE,
  paid_at TIMESTAMP,
  amount DOUBLE PRECISION,
  price DECIMAL(10, 2),
  gift BOOLEAN
)
;

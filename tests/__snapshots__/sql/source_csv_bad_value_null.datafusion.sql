/* source.orders | seeknal/orders.yml | datafusion */
CREATE TABLE source_orders (
  order_id BIGINT,
  customer TEXT,
  order_date DATE,
  paid_at TIMESTAMP(6),
  amount DOUBLE PRECISION,
  price DECIMAL(10, 2),
  gift BOOLEAN
)
;

/* source.orders | seeknal/orders.yml | redshift */
CREATE TABLE source_orders (
  order_id BIGINT,
  customer VARCHAR(MAX),
  order_date DATE,
  paid_at TIMESTAMP,
  amount DOUBLE PRECISION,
  price DECIMAL(10, 2),
  gift BOOLEAN
)
;

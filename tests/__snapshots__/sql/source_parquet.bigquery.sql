/* source.orders | seeknal/orders.yml | bigquery */
CREATE TABLE source_orders (
  order_id INT64,
  customer STRING,
  order_date DATE,
  paid_at DATETIME,
  amount FLOAT64,
  price NUMERIC(10, 2),
  gift BOOL,
  labels JSON
)
;

/* source.orders | seeknal/orders.yml | clickhouse */
CREATE TABLE source_orders (
  order_id Int64,
  customer String,
  order_date Date32,
  paid_at Nullable(DateTime64(6, 'UTC')),
  amount Float64,
  price Decimal(10, 2),
  gift Bool
)
ENGINE=MergeTree
ORDER BY tuple()
;

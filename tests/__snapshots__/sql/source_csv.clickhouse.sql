/* source.orders | seeknal/orders.yml | clickhouse */
CREATE TABLE source_orders (
  order_id Nullable(Int64),
  customer Nullable(String),
  order_date Nullable(Date32),
  paid_at Nullable(DateTime64(6, 'UTC')),
  amount Nullable(Float64),
  price Nullable(Decimal(10, 2)),
  gift Nullable(Bool)
)
ENGINE=MergeTree
ORDER BY tuple()
;

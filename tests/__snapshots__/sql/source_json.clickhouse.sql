/* source.array | seeknal/array.yml | clickhouse */
CREATE TABLE source_array (
  order_id Nullable(Int64),
  order_date Nullable(Date32),
  labels Nullable(String)
)
ENGINE=MergeTree
ORDER BY tuple()
;

/* source.found_out | seeknal/found_out.yml | clickhouse */
CREATE TABLE source_found_out (
  amount Nullable(Float64),
  paid_at Nullable(DateTime64(6, 'UTC'))
)
ENGINE=MergeTree
ORDER BY tuple()
;

/* source.lines | seeknal/lines.yml | clickhouse */
CREATE TABLE source_lines (
  customer Nullable(String),
  gift Nullable(Bool)
)
ENGINE=MergeTree
ORDER BY tuple()
;

/* source.array | seeknal/array.yml | clickhouse */
CREATE TABLE source_array (
  order_id Int64,
  order_date Date32,
  labels String
)
ENGINE=MergeTree
ORDER BY tuple()
;

/* source.found_out | seeknal/found_out.yml | clickhouse */
CREATE TABLE source_found_out (
  amount Float64,
  paid_at Nullable(DateTime64(6, 'UTC'))
)
ENGINE=MergeTree
ORDER BY tuple()
;

/* source.lines | seeknal/lines.yml | clickhouse */
CREATE TABLE source_lines (
  customer String,
  gift Bool
)
ENGINE=MergeTree
ORDER BY tuple()
;

/* source.array | seeknal/array.yml | databricks */
CREATE TABLE source_array (
  order_id BIGINT,
  order_date DATE,
  labels ARRAY<STRING>
)
;

/* source.found_out | seeknal/found_out.yml | databricks */
CREATE TABLE source_found_out (
  amount DOUBLE,
  paid_at TIMESTAMP_NTZ
)
;

/* source.lines | seeknal/lines.yml | databricks */
CREATE TABLE source_lines (
  customer STRING,
  gift BOOLEAN
)
;

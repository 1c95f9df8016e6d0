/* source.array | seeknal/array.yml | snowflake */
CREATE TABLE source_array (
  order_id BIGINT,
  order_date DATE,
  labels VARIANT
)
;

/* source.found_out | seeknal/found_out.yml | snowflake */
CREATE TABLE source_found_out (
  amount DOUBLE,
  paid_at TIMESTAMP_NTZ
)
;

/* source.lines | seeknal/lines.yml | snowflake */
CREATE TABLE source_lines (
  customer VARCHAR,
  gift BOOLEAN
)
;

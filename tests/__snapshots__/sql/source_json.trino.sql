/* source.array | seeknal/array.yml | trino */
CREATE TABLE source_array (
  order_id BIGINT,
  order_date DATE,
  labels JSON
)
;

/* source.found_out | seeknal/found_out.yml | trino */
CREATE TABLE source_found_out (
  amount DOUBLE,
  paid_at TIMESTAMP(6)
)
;

/* source.lines | seeknal/lines.yml | trino */
CREATE TABLE source_lines (
  customer VARCHAR,
  gift BOOLEAN
)
;

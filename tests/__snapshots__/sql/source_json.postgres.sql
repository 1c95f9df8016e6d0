/* source.array | seeknal/array.yml | postgres */
CREATE TABLE source_array (
  order_id BIGINT,
  order_date DATE,
  labels JSONB
)
;

/* source.found_out | seeknal/found_out.yml | postgres */
CREATE TABLE source_found_out (
  amount DOUBLE PRECISION,
  paid_at TIMESTAMP
)
;

/* source.lines | seeknal/lines.yml | postgres */
CREATE TABLE source_lines (
  customer TEXT,
  gift BOOLEAN
)
;

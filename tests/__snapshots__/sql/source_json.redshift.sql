/* source.array | seeknal/array.yml | redshift */
CREATE TABLE source_array (
  order_id BIGINT,
  order_date DATE,
  labels SUPER
)
;

/* source.found_out | seeknal/found_out.yml | redshift */
CREATE TABLE source_found_out (
  amount DOUBLE PRECISION,
  paid_at TIMESTAMP
)
;

/* source.lines | seeknal/lines.yml | redshift */
CREATE TABLE source_lines (
  customer VARCHAR(MAX),
  gift BOOLEAN
)
;

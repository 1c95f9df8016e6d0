/* source.array | seeknal/array.yml | datafusion */
CREATE TABLE source_array (
  order_id BIGINT,
  order_date DATE,
  labels TEXT
)
;

/* source.found_out | seeknal/found_out.yml | datafusion */
CREATE TABLE source_found_out (
  amount DOUBLE PRECISION,
  paid_at TIMESTAMP(6)
)
;

/* source.lines | seeknal/lines.yml | datafusion */
CREATE TABLE source_lines (
  customer TEXT,
  gift BOOLEAN
)
;

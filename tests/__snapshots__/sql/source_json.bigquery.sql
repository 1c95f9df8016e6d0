/* source.array | seeknal/array.yml | bigquery */
CREATE TABLE source_array (
  order_id INT64,
  order_date DATE,
  labels JSON
)
;

/* source.found_out | seeknal/found_out.yml | bigquery */
CREATE TABLE source_found_out (
  amount FLOAT64,
  paid_at DATETIME
)
;

/* source.lines | seeknal/lines.yml | bigquery */
CREATE TABLE source_lines (
  customer STRING,
  gift BOOL
)
;

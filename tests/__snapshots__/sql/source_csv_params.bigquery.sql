/* source.no_header | seeknal/no_header.yml | bigquery */
CREATE TABLE source_no_header (
  column0 STRING,
  column1 INT64
)
;

/* source.semicolons | seeknal/semicolons.yml | bigquery */
CREATE TABLE source_semicolons (
  customer STRING,
  amount FLOAT64
)
;

/* source.tabs | seeknal/tabs.yml | bigquery */
CREATE TABLE source_tabs (
  customer STRING
)
;

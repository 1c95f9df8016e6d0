/* source.no_header | seeknal/no_header.yml | clickhouse */
CREATE TABLE source_no_header (
  column0 String,
  column1 Int64
)
ENGINE=MergeTree
ORDER BY tuple()
;

/* source.semicolons | seeknal/semicolons.yml | clickhouse */
CREATE TABLE source_semicolons (
  customer String,
  amount Float64
)
ENGINE=MergeTree
ORDER BY tuple()
;

/* source.tabs | seeknal/tabs.yml | clickhouse */
CREATE TABLE source_tabs (
  customer String
)
ENGINE=MergeTree
ORDER BY tuple()
;

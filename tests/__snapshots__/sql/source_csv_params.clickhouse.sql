/* source.no_header | seeknal/no_header.yml | clickhouse */
CREATE TABLE source_no_header (
  column0 Nullable(String),
  column1 Nullable(Int64)
)
ENGINE=MergeTree
ORDER BY tuple()
;

/* source.semicolons | seeknal/semicolons.yml | clickhouse */
CREATE TABLE source_semicolons (
  customer Nullable(String),
  amount Nullable(Float64)
)
ENGINE=MergeTree
ORDER BY tuple()
;

/* source.tabs | seeknal/tabs.yml | clickhouse */
CREATE TABLE source_tabs (
  customer Nullable(String)
)
ENGINE=MergeTree
ORDER BY tuple()
;

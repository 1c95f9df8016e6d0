/* source.no_header | seeknal/no_header.yml | databricks */
CREATE TABLE source_no_header (
  column0 STRING,
  column1 BIGINT
)
;

/* source.semicolons | seeknal/semicolons.yml | databricks */
CREATE TABLE source_semicolons (
  customer STRING,
  amount DOUBLE
)
;

/* source.tabs | seeknal/tabs.yml | databricks */
CREATE TABLE source_tabs (
  customer STRING
)
;

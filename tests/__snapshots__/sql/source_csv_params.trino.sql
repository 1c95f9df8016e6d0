/* source.no_header | seeknal/no_header.yml | trino */
CREATE TABLE source_no_header (
  column0 VARCHAR,
  column1 BIGINT
)
;

/* source.semicolons | seeknal/semicolons.yml | trino */
CREATE TABLE source_semicolons (
  customer VARCHAR,
  amount DOUBLE
)
;

/* source.tabs | seeknal/tabs.yml | trino */
CREATE TABLE source_tabs (
  customer VARCHAR
)
;

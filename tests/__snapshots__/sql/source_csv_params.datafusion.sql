/* source.no_header | seeknal/no_header.yml | datafusion */
CREATE TABLE source_no_header (
  column0 TEXT,
  column1 BIGINT
)
;

/* source.semicolons | seeknal/semicolons.yml | datafusion */
CREATE TABLE source_semicolons (
  customer TEXT,
  amount DOUBLE PRECISION
)
;

/* source.tabs | seeknal/tabs.yml | datafusion */
CREATE TABLE source_tabs (
  customer TEXT
)
;

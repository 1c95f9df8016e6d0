/* source.no_header | seeknal/no_header.yml | redshift */
CREATE TABLE source_no_header (
  column0 VARCHAR(MAX),
  column1 BIGINT
)
;

/* source.semicolons | seeknal/semicolons.yml | redshift */
CREATE TABLE source_semicolons (
  customer VARCHAR(MAX),
  amount DOUBLE PRECISION
)
;

/* source.tabs | seeknal/tabs.yml | redshift */
CREATE TABLE source_tabs (
  customer VARCHAR(MAX)
)
;

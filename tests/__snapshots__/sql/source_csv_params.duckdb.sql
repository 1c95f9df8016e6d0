/* source.no_header | seeknal/no_header.yml | duckdb */
SELECT
  column0,
  CAST(column1 AS BIGINT) AS column1
FROM read_csv(
  'data/no_header.csv',
  header = FALSE,
  skip = 2,
  all_varchar = TRUE,
  names = ['column0', 'column1']
)
;

/* assertions of source.no_header | seeknal/no_header.yml | duckdb | a row returned breaks the promise */

/* bad-value: `{value}` in {column} of `source.no_header` is not what the schema declares */
WITH parsed AS (
  SELECT
    column1,
    column1 IS NOT NULL
      AND NOT (regexp_full_match(column1, '[+-]?[0-9]+') AND TRY_CAST(column1 AS BIGINT) IS NOT NULL) AS bad_column1
  FROM read_csv(
    'data/no_header.csv',
    header = FALSE,
    skip = 2,
    all_varchar = TRUE,
    names = ['column0', 'column1']
  )
)
SELECT
  CASE WHEN bad_column1 THEN 'column1 (int64)' END AS "column",
  CASE WHEN bad_column1 THEN column1 END AS "value"
FROM parsed
WHERE bad_column1
LIMIT 5
;

/* source.semicolons | seeknal/semicolons.yml | duckdb */
SELECT
  customer,
  CASE
    WHEN isfinite(CAST(amount AS DOUBLE)) THEN CAST(amount AS DOUBLE)
    WHEN isinf(CAST(amount AS DOUBLE)) THEN CAST(amount AS DOUBLE)
  END AS amount
FROM read_csv(
  'data/semicolons.csv',
  delim = ';',
  header = TRUE,
  nullstr = ['NA', '-', ''],
  all_varchar = TRUE
)
;

/* assertions of source.semicolons | seeknal/semicolons.yml | duckdb | a row returned breaks the promise */

/* bad-value: `{value}` in {column} of `source.semicolons` is not what the schema declares */
WITH parsed AS (
  SELECT
    amount,
    amount IS NOT NULL
      AND NOT (
        regexp_full_match(
          amount,
          '([+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?|[+-]?(nan|NaN|NAN|inf|Inf|infinity|Infinity))'
        )
        AND TRY_CAST(amount AS DOUBLE) IS NOT NULL
      ) AS bad_amount
  FROM read_csv(
    'data/semicolons.csv',
    delim = ';',
    header = TRUE,
    nullstr = ['NA', '-', ''],
    all_varchar = TRUE
  )
)
SELECT
  CASE WHEN bad_amount THEN 'amount (double)' END AS "column",
  CASE WHEN bad_amount THEN amount END AS "value"
FROM parsed
WHERE bad_amount
LIMIT 5
;

/* source.tabs | seeknal/tabs.yml | duckdb */
SELECT customer
FROM read_csv('data/2026-01-31/tabs.tsv', delim = '	', header = TRUE, all_varchar = TRUE)
;

/* assertions of source.reviews | seeknal/sources/reviews.yml | duckdb | a row returned breaks the promise */

/* bad-value: `{value}` in {column} of `source.reviews` is not what the schema declares */
WITH parsed AS (
  SELECT
    application_date,
    application_date IS NOT NULL
      AND NOT (
        regexp_full_match(application_date, '[0-9]{4}-[0-9]{2}-[0-9]{2}')
        AND TRY_CAST(application_date AS DATE) IS NOT NULL
      ) AS bad_application_date
  FROM read_csv('spine/reviews.csv', header = TRUE, all_varchar = TRUE)
)
SELECT
  CASE WHEN bad_application_date THEN 'application_date (date)' END AS "column",
  CASE WHEN bad_application_date THEN application_date END AS "value"
FROM parsed
WHERE bad_application_date
LIMIT 5
;

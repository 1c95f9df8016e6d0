/* assertions of source.churn_labels | seeknal/sources/churn_labels.yml | duckdb | a row returned breaks the promise */

/* bad-value: `{value}` in {column} of `source.churn_labels` is not what the schema declares */
WITH parsed AS (
  SELECT
    application_date,
    application_date IS NOT NULL
      AND NOT (
        regexp_full_match(application_date, '[0-9]{4}-[0-9]{2}-[0-9]{2}')
        AND TRY_CAST(application_date AS DATE) IS NOT NULL
      ) AS bad_application_date,
    churned,
    churned IS NOT NULL
      AND NOT (
        regexp_full_match(churned, '(true|false|True|False|TRUE|FALSE|t|f|1|0)')
        AND TRY_CAST(churned AS BOOLEAN) IS NOT NULL
      ) AS bad_churned
  FROM read_csv('data/churn_labels.csv', header = TRUE, all_varchar = TRUE)
)
SELECT
  CASE
    WHEN bad_application_date THEN 'application_date (date)'
    WHEN bad_churned THEN 'churned (boolean)'
  END AS "column",
  CASE WHEN bad_application_date THEN application_date WHEN bad_churned THEN churned END AS "value"
FROM parsed
WHERE bad_application_date OR bad_churned
LIMIT 5
;

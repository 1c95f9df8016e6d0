/* source.churn_labels | seeknal/sources/churn_labels.yml | duckdb */
SELECT
  customer_id,
  CAST(application_date AS DATE) AS application_date,
  CAST(churned AS BOOLEAN) AS churned
FROM read_csv('data/churn_labels.csv', header = TRUE, all_varchar = TRUE)

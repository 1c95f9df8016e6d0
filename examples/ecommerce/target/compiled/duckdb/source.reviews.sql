/* source.reviews | seeknal/sources/reviews.yml | duckdb */
SELECT
  customer_id,
  CAST(application_date AS DATE) AS application_date
FROM read_csv('spine/reviews.csv', header = TRUE, all_varchar = TRUE)

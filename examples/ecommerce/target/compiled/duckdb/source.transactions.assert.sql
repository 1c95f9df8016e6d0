/* assertions of source.transactions | seeknal/sources/transactions.yml | duckdb | a row returned breaks the promise */

/* bad-value: `{value}` in {column} of `source.transactions` is not what the schema declares */
WITH parsed AS (
  SELECT
    order_date,
    order_date IS NOT NULL
      AND NOT (
        regexp_full_match(order_date, '[0-9]{4}-[0-9]{2}-[0-9]{2}')
        AND TRY_CAST(order_date AS DATE) IS NOT NULL
      ) AS bad_order_date,
    quantity,
    quantity IS NOT NULL
      AND NOT (regexp_full_match(quantity, '[+-]?[0-9]+') AND TRY_CAST(quantity AS BIGINT) IS NOT NULL) AS bad_quantity,
    revenue,
    revenue IS NOT NULL
      AND NOT (
        regexp_full_match(revenue, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)')
        AND TRY_CAST(revenue AS DECIMAL(10, 2)) IS NOT NULL
      ) AS bad_revenue
  FROM read_csv('data/transactions.csv', delim = ',', header = TRUE, all_varchar = TRUE)
)
SELECT
  CASE
    WHEN bad_order_date THEN 'order_date (date)'
    WHEN bad_quantity THEN 'quantity (int64)'
    WHEN bad_revenue THEN 'revenue (decimal(10,2))'
  END AS "column",
  CASE
    WHEN bad_order_date THEN order_date
    WHEN bad_quantity THEN quantity
    WHEN bad_revenue THEN revenue
  END AS "value"
FROM parsed
WHERE bad_order_date OR bad_quantity OR bad_revenue
LIMIT 5
;

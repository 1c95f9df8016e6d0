/* assertions of source.orders | seeknal/sources/orders.yml | duckdb | a row returned breaks the promise */

/* bad-value: `{value}` in {column} of `source.orders` is not what the schema declares */
WITH parsed AS (
  SELECT
    order_id,
    order_id IS NOT NULL
      AND NOT (regexp_full_match(order_id, '[+-]?[0-9]+') AND TRY_CAST(order_id AS BIGINT) IS NOT NULL) AS bad_order_id,
    ordered_at,
    ordered_at IS NOT NULL
      AND NOT (
        regexp_full_match(
          ordered_at,
          '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?'
        )
        AND TRY_CAST(ordered_at AS TIMESTAMPTZ) IS NOT NULL
      ) AS bad_ordered_at,
    amount,
    amount IS NOT NULL
      AND NOT (
        regexp_full_match(amount, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)')
        AND TRY_CAST(amount AS DECIMAL(10, 2)) IS NOT NULL
      ) AS bad_amount
  FROM read_csv('data/orders.csv', header = TRUE, all_varchar = TRUE)
)
SELECT
  CASE
    WHEN bad_order_id THEN 'order_id (int64)'
    WHEN bad_ordered_at THEN 'ordered_at (timestamp)'
    WHEN bad_amount THEN 'amount (decimal(10,2))'
  END AS "column",
  CASE
    WHEN bad_order_id THEN order_id
    WHEN bad_ordered_at THEN ordered_at
    WHEN bad_amount THEN amount
  END AS "value"
FROM parsed
WHERE bad_order_id OR bad_ordered_at OR bad_amount
LIMIT 5
;

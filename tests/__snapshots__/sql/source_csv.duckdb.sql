/* source.orders | seeknal/orders.yml | duckdb */
SELECT
  CAST(order_id AS BIGINT) AS order_id,
  customer,
  CAST(order_date AS DATE) AS order_date,
  CAST(CAST(paid_at AS TIMESTAMPTZ) AS TIMESTAMP) AS paid_at,
  CASE
    WHEN isfinite(CAST(amount AS DOUBLE)) THEN CAST(amount AS DOUBLE)
    WHEN isinf(CAST(amount AS DOUBLE)) THEN CAST(amount AS DOUBLE)
  END AS amount,
  CAST(price AS DECIMAL(10, 2)) AS price,
  CAST(gift AS BOOLEAN) AS gift
FROM read_csv('data/orders.csv', header = TRUE, all_varchar = TRUE)
;

/* assertions of source.orders | seeknal/orders.yml | duckdb | a row returned breaks the promise */

/* bad-value: `{value}` in {column} of `source.orders` is not what the schema declares */
WITH parsed AS (
  SELECT
    order_id,
    order_id IS NOT NULL
      AND NOT (regexp_full_match(order_id, '[+-]?[0-9]+') AND TRY_CAST(order_id AS BIGINT) IS NOT NULL) AS bad_order_id,
    order_date,
    order_date IS NOT NULL
      AND NOT (
        regexp_full_match(order_date, '[0-9]{4}-[0-9]{2}-[0-9]{2}')
        AND TRY_CAST(order_date AS DATE) IS NOT NULL
      ) AS bad_order_date,
    paid_at,
    paid_at IS NOT NULL
      AND NOT (
        regexp_full_match(
          paid_at,
          '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?'
        )
        AND TRY_CAST(paid_at AS TIMESTAMPTZ) IS NOT NULL
      ) AS bad_paid_at,
    amount,
    amount IS NOT NULL
      AND NOT (
        regexp_full_match(
          amount,
          '([+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?|[+-]?(nan|NaN|NAN|inf|Inf|infinity|Infinity))'
        )
        AND TRY_CAST(amount AS DOUBLE) IS NOT NULL
      ) AS bad_amount,
    price,
    price IS NOT NULL
      AND NOT (
        regexp_full_match(price, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)')
        AND TRY_CAST(price AS DECIMAL(10, 2)) IS NOT NULL
      ) AS bad_price,
    gift,
    gift IS NOT NULL
      AND NOT (
        regexp_full_match(gift, '(true|false|True|False|TRUE|FALSE|t|f|1|0)')
        AND TRY_CAST(gift AS BOOLEAN) IS NOT NULL
      ) AS bad_gift
  FROM read_csv('data/orders.csv', header = TRUE, all_varchar = TRUE)
)
SELECT
  CASE
    WHEN bad_order_id THEN 'order_id (int64)'
    WHEN bad_order_date THEN 'order_date (date)'
    WHEN bad_paid_at THEN 'paid_at (timestamp)'
    WHEN bad_amount THEN 'amount (double)'
    WHEN bad_price THEN 'price (decimal(10,2))'
    WHEN bad_gift THEN 'gift (boolean)'
  END AS "column",
  CASE
    WHEN bad_order_id THEN order_id
    WHEN bad_order_date THEN order_date
    WHEN bad_paid_at THEN paid_at
    WHEN bad_amount THEN amount
    WHEN bad_price THEN price
    WHEN bad_gift THEN gift
  END AS "value"
FROM parsed
WHERE bad_order_id OR bad_order_date OR bad_paid_at OR bad_amount OR bad_price OR bad_gift
LIMIT 5
;

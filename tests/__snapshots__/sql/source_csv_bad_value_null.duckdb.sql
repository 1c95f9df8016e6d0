/* source.orders | seeknal/orders.yml | duckdb */
SELECT
  CASE
    WHEN regexp_full_match(order_id, '[+-]?[0-9]+') AND TRY_CAST(order_id AS BIGINT) IS NOT NULL
      THEN CAST(order_id AS BIGINT)
  END AS order_id,
  customer,
  CASE
    WHEN regexp_full_match(order_date, '[0-9]{4}-[0-9]{2}-[0-9]{2}')
      AND TRY_CAST(order_date AS DATE) IS NOT NULL
      THEN CAST(order_date AS DATE)
  END AS order_date,
  CASE
    WHEN regexp_full_match(
        paid_at,
        '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?'
      )
      AND TRY_CAST(paid_at AS TIMESTAMPTZ) IS NOT NULL
      THEN CAST(CAST(paid_at AS TIMESTAMPTZ) AS TIMESTAMP)
  END AS paid_at,
  CASE
    WHEN isfinite(
      CASE
        WHEN regexp_full_match(
            amount,
            '([+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?|[+-]?(nan|NaN|NAN|inf|Inf|infinity|Infinity))'
          )
          AND TRY_CAST(amount AS DOUBLE) IS NOT NULL
          THEN CAST(amount AS DOUBLE)
      END
    )
      THEN CASE
        WHEN regexp_full_match(
            amount,
            '([+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?|[+-]?(nan|NaN|NAN|inf|Inf|infinity|Infinity))'
          )
          AND TRY_CAST(amount AS DOUBLE) IS NOT NULL
          THEN CAST(amount AS DOUBLE)
      END
    WHEN isinf(
      CASE
        WHEN regexp_full_match(
            amount,
            '([+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?|[+-]?(nan|NaN|NAN|inf|Inf|infinity|Infinity))'
          )
          AND TRY_CAST(amount AS DOUBLE) IS NOT NULL
          THEN CAST(amount AS DOUBLE)
      END
    )
      THEN CASE
        WHEN regexp_full_match(
            amount,
            '([+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?|[+-]?(nan|NaN|NAN|inf|Inf|infinity|Infinity))'
          )
          AND TRY_CAST(amount AS DOUBLE) IS NOT NULL
          THEN CAST(amount AS DOUBLE)
      END
  END AS amount,
  CASE
    WHEN regexp_full_match(price, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)')
      AND TRY_CAST(price AS DECIMAL(10, 2)) IS NOT NULL
      THEN CAST(price AS DECIMAL(10, 2))
  END AS price,
  CASE
    WHEN regexp_full_match(gift, '(true|false|True|False|TRUE|FALSE|t|f|1|0)')
      AND TRY_CAST(gift AS BOOLEAN) IS NOT NULL
      THEN CAST(gift AS BOOLEAN)
  END AS gift
FROM read_csv('data/orders.csv', header = TRUE, all_varchar = TRUE)
;

/* source.array | seeknal/array.yml | duckdb */
SELECT
  CAST(order_id AS BIGINT) AS order_id,
  CAST(order_date AS DATE) AS order_date,
  labels
FROM read_json(
  'data/array.json',
  format = 'array',
  columns = {'order_id': 'VARCHAR', 'order_date': 'VARCHAR', 'labels': 'VARCHAR[]'}
)
;

/* assertions of source.array | seeknal/array.yml | duckdb | a row returned breaks the promise */

/* bad-value: `{value}` in {column} of `source.array` is not what the schema declares */
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
      ) AS bad_order_date
  FROM read_json(
    'data/array.json',
    format = 'array',
    columns = {'order_id': 'VARCHAR', 'order_date': 'VARCHAR', 'labels': 'VARCHAR[]'}
  )
)
SELECT
  CASE WHEN bad_order_id THEN 'order_id (int64)' WHEN bad_order_date THEN 'order_date (date)' END AS "column",
  CASE WHEN bad_order_id THEN order_id WHEN bad_order_date THEN order_date END AS "value"
FROM parsed
WHERE bad_order_id OR bad_order_date
LIMIT 5
;

/* source.found_out | seeknal/found_out.yml | duckdb */
SELECT
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
    WHEN regexp_full_match(
        paid_at,
        '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?'
      )
      AND TRY_CAST(paid_at AS TIMESTAMPTZ) IS NOT NULL
      THEN CAST(CAST(paid_at AS TIMESTAMPTZ) AS TIMESTAMP)
  END AS paid_at
FROM read_json('data/found_out.json', columns = {'amount': 'VARCHAR', 'paid_at': 'VARCHAR'})
;

/* source.lines | seeknal/lines.yml | duckdb */
SELECT
  customer,
  CAST(gift AS BOOLEAN) AS gift
FROM read_json(
  'data/lines.jsonl',
  format = 'newline_delimited',
  columns = {'customer': 'VARCHAR', 'gift': 'VARCHAR'}
)
;

/* assertions of source.lines | seeknal/lines.yml | duckdb | a row returned breaks the promise */

/* bad-value: `{value}` in {column} of `source.lines` is not what the schema declares */
WITH parsed AS (
  SELECT
    gift,
    gift IS NOT NULL
      AND NOT (
        regexp_full_match(gift, '(true|false|True|False|TRUE|FALSE|t|f|1|0)')
        AND TRY_CAST(gift AS BOOLEAN) IS NOT NULL
      ) AS bad_gift
  FROM read_json(
    'data/lines.jsonl',
    format = 'newline_delimited',
    columns = {'customer': 'VARCHAR', 'gift': 'VARCHAR'}
  )
)
SELECT
  CASE WHEN bad_gift THEN 'gift (boolean)' END AS "column",
  CASE WHEN bad_gift THEN gift END AS "value"
FROM parsed
WHERE bad_gift
LIMIT 5
;

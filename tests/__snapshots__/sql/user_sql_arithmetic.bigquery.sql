/* transform.arithmetic | seeknal/arithmetic.yml | bigquery */
SELECT
  row_id,
  i + row_id AS added,
  i - row_id AS subtracted,
  -i AS negative,
  d * CAST('1.5' AS NUMERIC) AS scaled,
  CAST(m * m AS NUMERIC) AS squared,
  CAST(m + 1 AS NUMERIC) AS next,
  IEEE_DIVIDE(CAST(i AS FLOAT64), row_id) AS divided,
  CAST(m AS FLOAT64) / 3 AS third,
  CAST(5 AS FLOAT64) / 2 AS two_and_a_half,
  CAST(CAST('0.1' AS NUMERIC) + CAST('0.2' AS NUMERIC) AS NUMERIC) AS point_three,
  ABS(i) AS absolute,
  CEIL(d) AS up,
  CAST(FLOOR(m) AS NUMERIC) AS down,
  SIGN(d) * FLOOR(ABS(d) + 0.5) AS whole,
  (SIGN(d) * FLOOR(ABS(d) * 10 + 0.5) / 10) AS tenth,
  CASE WHEN ABS(d) < 0 THEN CAST('nan' AS FLOAT64) ELSE SQRT(ABS(d)) END AS root,
  POWER(d, 2) AS power,
  POWER(d, 2) AS also_power,
  EXP(d / 1000) AS exponential,
  CASE
    WHEN CAST(row_id AS FLOAT64) < 0 THEN CAST('nan' AS FLOAT64)
    WHEN CAST(row_id AS FLOAT64) = 0 THEN CAST('-inf' AS FLOAT64)
    ELSE LN(CAST(row_id AS FLOAT64))
  END AS logarithm,
  GREATEST(COALESCE(i, row_id, NULL), COALESCE(row_id, i, NULL), COALESCE(NULL, i, row_id)) AS `greatest`,
  LEAST(
    COALESCE(d, CAST(CAST('0.5' AS NUMERIC) AS FLOAT64)),
    COALESCE(CAST(CAST('0.5' AS NUMERIC) AS FLOAT64), d)
  ) AS `least`,
  COALESCE(i, 0) AS filled,
  CAST(COALESCE(m, 0) AS NUMERIC) AS also_filled,
  NULLIF(i, 7) AS emptied,
  CASE WHEN i > 0 THEN 1 ELSE 2 END AS sign,
  CASE i WHEN 7 THEN 'seven' WHEN 1 THEN 'one' ELSE 'other' END AS in_words,
  CAST(CASE WHEN ABS(d - TRUNC(d)) = 0.5 THEN 2 * ROUND(d / 2) ELSE ROUND(d) END AS INT64) AS nearest,
  CAST(i AS FLOAT64) AS as_double,
  CAST(i AS NUMERIC) AS as_decimal,
  CAST('7' AS INT64) AS seven
FROM source_numbers
WHERE row_id > 0
;

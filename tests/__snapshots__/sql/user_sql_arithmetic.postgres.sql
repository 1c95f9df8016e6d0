/* transform.arithmetic | seeknal/arithmetic.yml | postgres */
SELECT
  row_id,
  i + row_id AS added,
  i - row_id AS subtracted,
  -i AS negative,
  d * 1.5 AS scaled,
  CAST(m * m AS DECIMAL(18, 4)) AS squared,
  CAST(m + 1 AS DECIMAL(13, 2)) AS next,
  CASE
    WHEN row_id = 0 THEN CAST(i AS DOUBLE PRECISION) * CAST('Infinity' AS DOUBLE PRECISION)
    ELSE CAST(i AS DOUBLE PRECISION) / row_id
  END AS divided,
  CAST(m AS DOUBLE PRECISION) / 3 AS third,
  CAST(5 AS DOUBLE PRECISION) / 2 AS two_and_a_half,
  CAST(0.1 + 0.2 AS DECIMAL(3, 1)) AS point_three,
  ABS(i) AS absolute,
  CEIL(d) AS up,
  CAST(FLOOR(m) AS DECIMAL(10, 0)) AS down,
  SIGN(d) * FLOOR(ABS(d) + 0.5) AS whole,
  (SIGN(d) * FLOOR(ABS(d) * 10 + 0.5) / 10) AS tenth,
  SQRT(ABS(d)) AS root,
  POWER(d, 2) AS power,
  POWER(d, 2) AS also_power,
  EXP(d / 1000) AS exponential,
  LN(CAST(row_id AS DOUBLE PRECISION)) AS logarithm,
  GREATEST(i, row_id, NULL) AS "greatest",
  LEAST(d, 0.5) AS "least",
  COALESCE(i, 0) AS filled,
  CAST(COALESCE(m, 0) AS DECIMAL(12, 2)) AS also_filled,
  NULLIF(i, 7) AS emptied,
  CASE WHEN i > 0 THEN 1 ELSE 2 END AS sign,
  CASE i WHEN 7 THEN 'seven' WHEN 1 THEN 'one' ELSE 'other' END AS in_words,
  CAST(d AS BIGINT) AS nearest,
  CAST(i AS DOUBLE PRECISION) AS as_double,
  CAST(i AS DECIMAL(20, 2)) AS as_decimal,
  CAST('7' AS BIGINT) AS seven
FROM source_numbers
WHERE row_id > 0
;

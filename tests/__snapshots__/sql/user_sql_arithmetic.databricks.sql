/* transform.arithmetic | seeknal/arithmetic.yml | databricks */
SELECT
  row_id,
  i + row_id AS added,
  i - row_id AS subtracted,
  -i AS negative,
  d * 1.5 AS scaled,
  CAST(m * m AS DECIMAL(18, 4)) AS squared,
  CAST(m + 1 AS DECIMAL(13, 2)) AS next,
  CASE
    WHEN row_id = 0 THEN CAST(i AS DOUBLE) * CAST('Infinity' AS DOUBLE)
    ELSE CAST(i AS DOUBLE) / row_id
  END AS divided,
  CAST(m AS DOUBLE) / 3 AS third,
  CAST(5 AS DOUBLE) / 2 AS two_and_a_half,
  CAST(0.1 + 0.2 AS DECIMAL(3, 1)) AS point_three,
  ABS(i) AS absolute,
  CASE WHEN ABS(d) < 9007199254740992 THEN CAST(CEIL(d) AS DOUBLE) ELSE d END AS up,
  CAST(FLOOR(m) AS DECIMAL(10, 0)) AS down,
  ROUND(d) AS whole,
  (ROUND(d * 10) / 10) AS tenth,
  SQRT(ABS(d)) AS root,
  POWER(d, 2) AS power,
  POWER(d, 2) AS also_power,
  EXP(d / 1000) AS exponential,
  CASE
    WHEN CAST(row_id AS DOUBLE) = 0 THEN CAST('-Infinity' AS DOUBLE)
    WHEN CAST(row_id AS DOUBLE) < 0 THEN CAST('NaN' AS DOUBLE)
    ELSE LN(CAST(row_id AS DOUBLE))
  END AS logarithm,
  GREATEST(i, row_id, NULL) AS `greatest`,
  LEAST(d, CAST(0.5 AS DOUBLE)) AS `least`,
  COALESCE(i, 0) AS filled,
  CAST(COALESCE(m, 0) AS DECIMAL(12, 2)) AS also_filled,
  NULLIF(i, 7) AS emptied,
  CAST(CASE WHEN i > 0 THEN 1 ELSE 2 END AS BIGINT) AS sign,
  CASE i WHEN 7 THEN 'seven' WHEN 1 THEN 'one' ELSE 'other' END AS in_words,
  CAST(RINT(d) AS BIGINT) AS nearest,
  CAST(i AS DOUBLE) AS as_double,
  CAST(i AS DECIMAL(20, 2)) AS as_decimal,
  CAST('7' AS BIGINT) AS seven
FROM source_numbers
WHERE row_id > 0
;

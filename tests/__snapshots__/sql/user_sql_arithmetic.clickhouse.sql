/* transform.arithmetic | seeknal/arithmetic.yml | clickhouse */
SELECT
  row_id,
  accurateCast(toInt128(i) + row_id, 'Nullable(Int64)') AS added,
  accurateCast(toInt128(i) - row_id, 'Nullable(Int64)') AS subtracted,
  accurateCast(-toInt128(i), 'Nullable(Int64)') AS negative,
  d * CAST('1.5' AS Nullable(Decimal(2, 1))) AS scaled,
  CAST(CAST(m AS Nullable(Decimal(38, 2))) * m AS Nullable(Decimal(18, 4))) AS squared,
  CAST(m + 1 AS Nullable(Decimal(13, 2))) AS next,
  CAST(i AS Nullable(Float64)) / row_id AS divided,
  CAST(m AS Nullable(Float64)) / 3 AS third,
  CAST(5 AS Nullable(Float64)) / 2 AS two_and_a_half,
  CAST(
    CAST('0.1' AS Nullable(Decimal(2, 1))) + CAST('0.2' AS Nullable(Decimal(2, 1))) AS Nullable(Decimal(3, 1))
  ) AS point_three,
  accurateCast(ABS(i), 'Nullable(Int64)') AS absolute,
  CEIL(d) AS up,
  CAST(FLOOR(m) AS Nullable(Decimal(10, 0))) AS down,
  SIGN(d) * FLOOR(ABS(d) + 0.5) AS whole,
  (SIGN(d) * FLOOR(ABS(d) * 10 + 0.5) / 10) AS tenth,
  SQRT(ABS(d)) AS root,
  POWER(d, 2) AS power,
  POWER(d, 2) AS also_power,
  EXP(d / 1000) AS exponential,
  LN(CAST(row_id AS Nullable(Float64))) AS logarithm,
  GREATEST(COALESCE(i, row_id, NULL), COALESCE(row_id, i, NULL), COALESCE(NULL, i, row_id)) AS "greatest",
  LEAST(
    COALESCE(d, CAST(CAST('0.5' AS Nullable(Decimal(2, 1))) AS Nullable(Float64))),
    COALESCE(CAST(CAST('0.5' AS Nullable(Decimal(2, 1))) AS Nullable(Float64)), d)
  ) AS "least",
  COALESCE(i, 0) AS filled,
  CAST(COALESCE(m, 0) AS Nullable(Decimal(12, 2))) AS also_filled,
  nullIf(i, 7) AS emptied,
  CASE WHEN i > 0 THEN 1 ELSE 2 END AS sign,
  CASE WHEN i = 7 THEN 'seven' WHEN i = 1 THEN 'one' ELSE 'other' END AS in_words,
  accurateCast(roundBankers(d), 'Nullable(Int64)') AS nearest,
  CAST(i AS Nullable(Float64)) AS as_double,
  CAST(i AS Nullable(Decimal(20, 2))) AS as_decimal,
  accurateCast('7', 'Int64') AS seven
FROM source_numbers
WHERE row_id > 0
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

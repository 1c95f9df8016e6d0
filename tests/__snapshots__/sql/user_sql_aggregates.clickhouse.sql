/* transform.aggregates | seeknal/aggregates.yml | clickhouse */
SELECT
  team,
  CAST(COUNT(*) AS Nullable(Int64)) AS size,
  CAST(COUNT(d) AS Nullable(Int64)) AS "values",
  CAST(COUNT(DISTINCT i) AS Nullable(Int64)) AS distinct_values,
  CAST(SUM(CASE WHEN gift THEN 1 WHEN NOT gift THEN 0 END) AS Nullable(Int64)) AS gifts,
  SUM(d) AS total,
  SUM(CASE WHEN gift THEN d END) AS given,
  CAST(SUM(CAST(i AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)) AS whole_total,
  AVG(d) AS mean,
  MIN(i) AS "least",
  MAX(d) AS "greatest",
  CASE
    WHEN COUNT(d) > 1
      THEN arrayReduce(
        'stddevSampStable',
        arrayMap(
          (v, m) -> v - m,
          groupArray(d),
          arrayWithConstant(COUNT(d), arrayAvg(groupArray(d)))
        )
      )
  END AS spread,
  CASE
    WHEN COUNT(d) > 0
      THEN arrayReduce(
        'stddevPopStable',
        arrayMap(
          (v, m) -> v - m,
          groupArray(d),
          arrayWithConstant(COUNT(d), arrayAvg(groupArray(d)))
        )
      )
  END AS spread_of_all,
  CASE
    WHEN COUNT(d) > 1
      THEN arrayReduce(
        'varSampStable',
        arrayMap(
          (v, m) -> v - m,
          groupArray(d),
          arrayWithConstant(COUNT(d), arrayAvg(groupArray(d)))
        )
      )
  END AS variance,
  CASE
    WHEN COUNT(d) > 0
      THEN arrayReduce(
        'varPopStable',
        arrayMap(
          (v, m) -> v - m,
          groupArray(d),
          arrayWithConstant(COUNT(d), arrayAvg(groupArray(d)))
        )
      )
  END AS variance_of_all,
  quantileExactInclusive(0.5)(CAST(d AS Nullable(Float64))) AS median,
  MIN(gift) AS all_given,
  MAX(gift) AS any_given
FROM source_rows
GROUP BY team
HAVING CAST(COUNT(*) AS Nullable(Int64)) > 1
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

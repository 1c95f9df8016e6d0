/* transform.windows | seeknal/windows.yml | clickhouse */
SELECT
  row_id,
  CAST(ROW_NUMBER() OVER (PARTITION BY team ORDER BY d, row_id) AS Nullable(Int64)) AS place,
  CAST(RANK() OVER (ORDER BY d) AS Nullable(Int64)) AS rank,
  CAST(DENSE_RANK() OVER (ORDER BY d DESC) AS Nullable(Int64)) AS dense_rank,
  PERCENT_RANK() OVER (ORDER BY team) AS percent_rank,
  cume_dist() OVER (ORDER BY team) AS cume_dist,
  CAST(NTILE(3) OVER (ORDER BY row_id) AS Nullable(Int64)) AS third,
  lag(toNullable(d)) OVER (ORDER BY row_id) AS "before",
  lead(toNullable(d), 2, 0) OVER (ORDER BY row_id) AS "after",
  FIRST_VALUE(toNullable(team)) RESPECT NULLS OVER (ORDER BY row_id) AS first_team,
  LAST_VALUE(toNullable(d)) RESPECT NULLS OVER (PARTITION BY team ORDER BY row_id) AS latest,
  NTH_VALUE(toNullable(team), 2) OVER (ORDER BY row_id) AS second_team,
  CAST(COUNT(*) OVER (PARTITION BY team) AS Nullable(Int64)) AS size,
  SUM(d) OVER (ORDER BY row_id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS of_two,
  AVG(d) OVER (PARTITION BY team) AS mean,
  MAX(team) OVER () AS last_in_order
FROM source_rows
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

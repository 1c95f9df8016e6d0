/* transform.windows | seeknal/windows.yml | databricks */
SELECT
  row_id,
  CAST(ROW_NUMBER() OVER (PARTITION BY team ORDER BY d NULLS LAST, row_id NULLS LAST) AS BIGINT) AS place,
  CAST(RANK() OVER (ORDER BY d NULLS LAST) AS BIGINT) AS rank,
  CAST(DENSE_RANK() OVER (ORDER BY d DESC) AS BIGINT) AS dense_rank,
  PERCENT_RANK() OVER (ORDER BY team NULLS LAST) AS percent_rank,
  CUME_DIST() OVER (ORDER BY team NULLS LAST) AS cume_dist,
  CAST(NTILE(3) OVER (ORDER BY row_id NULLS LAST) AS BIGINT) AS third,
  LAG(d) OVER (ORDER BY row_id NULLS LAST) AS `before`,
  LEAD(d, 2, 0) OVER (ORDER BY row_id NULLS LAST) AS `after`,
  FIRST_VALUE(team) OVER (ORDER BY row_id NULLS LAST) AS first_team,
  LAST_VALUE(d) OVER (PARTITION BY team ORDER BY row_id NULLS LAST) AS latest,
  NTH_VALUE(team, 2) OVER (ORDER BY row_id NULLS LAST) AS second_team,
  COUNT(*) OVER (PARTITION BY team) AS size,
  SUM(d) OVER (ORDER BY row_id NULLS LAST ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS of_two,
  AVG(d) OVER (PARTITION BY team) AS mean,
  MAX(team) OVER () AS last_in_order
FROM source_rows
;

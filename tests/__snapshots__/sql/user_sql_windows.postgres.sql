/* transform.windows | seeknal/windows.yml | postgres */
SELECT
  row_id,
  ROW_NUMBER() OVER (PARTITION BY team ORDER BY d, row_id) AS place,
  RANK() OVER (ORDER BY d) AS rank,
  DENSE_RANK() OVER (ORDER BY d DESC NULLS LAST) AS dense_rank,
  PERCENT_RANK() OVER (ORDER BY team COLLATE "C") AS percent_rank,
  CUME_DIST() OVER (ORDER BY team COLLATE "C") AS cume_dist,
  NTILE(3) OVER (ORDER BY row_id) AS third,
  LAG(d) OVER (ORDER BY row_id) AS "before",
  LEAD(d, 2, 0) OVER (ORDER BY row_id) AS "after",
  FIRST_VALUE(team) OVER (ORDER BY row_id) AS first_team,
  LAST_VALUE(d) OVER (PARTITION BY team ORDER BY row_id) AS latest,
  NTH_VALUE(team, 2) OVER (ORDER BY row_id) AS second_team,
  COUNT(*) OVER (PARTITION BY team) AS size,
  SUM(d) OVER (ORDER BY row_id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS of_two,
  AVG(d) OVER (PARTITION BY team) AS mean,
  MAX(team COLLATE "C") OVER () AS last_in_order
FROM source_rows
;

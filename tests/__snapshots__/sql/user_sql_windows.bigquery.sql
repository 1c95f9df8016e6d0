/* transform.windows | seeknal/windows.yml | bigquery */
SELECT
  row_id,
  ROW_NUMBER() OVER (
    PARTITION BY team
    ORDER BY CASE WHEN d IS NULL THEN 1 ELSE 0 END, d, CASE WHEN row_id IS NULL THEN 1 ELSE 0 END, row_id
  ) AS place,
  RANK() OVER (ORDER BY CASE WHEN d IS NULL THEN 1 ELSE 0 END, d) AS rank,
  DENSE_RANK() OVER (ORDER BY d DESC) AS dense_rank,
  PERCENT_RANK() OVER (ORDER BY CASE WHEN team IS NULL THEN 1 ELSE 0 END, team) AS percent_rank,
  CUME_DIST() OVER (ORDER BY CASE WHEN team IS NULL THEN 1 ELSE 0 END, team) AS cume_dist,
  NTILE(3) OVER (ORDER BY CASE WHEN row_id IS NULL THEN 1 ELSE 0 END, row_id) AS third,
  LAG(d) OVER (ORDER BY CASE WHEN row_id IS NULL THEN 1 ELSE 0 END, row_id) AS `before`,
  LEAD(d, 2, 0) OVER (ORDER BY CASE WHEN row_id IS NULL THEN 1 ELSE 0 END, row_id) AS `after`,
  FIRST_VALUE(team) OVER (ORDER BY CASE WHEN row_id IS NULL THEN 1 ELSE 0 END, row_id) AS first_team,
  LAST_VALUE(d) OVER (
    PARTITION BY team
    ORDER BY CASE WHEN row_id IS NULL THEN 1 ELSE 0 END, row_id
  ) AS latest,
  NTH_VALUE(team, 2) OVER (ORDER BY CASE WHEN row_id IS NULL THEN 1 ELSE 0 END, row_id) AS second_team,
  COUNT(*) OVER (PARTITION BY team) AS size,
  SUM(d) OVER (
    ORDER BY CASE WHEN row_id IS NULL THEN 1 ELSE 0 END, row_id
    ROWS BETWEEN 1 PRECEDING AND CURRENT ROW
  ) AS of_two,
  AVG(d) OVER (PARTITION BY team) AS mean,
  MAX(team) OVER () AS last_in_order
FROM source_rows
;

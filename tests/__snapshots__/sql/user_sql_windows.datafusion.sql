/* transform.windows | seeknal/windows.yml | datafusion */
SELECT
  row_id,
  CAST(ROW_NUMBER() OVER (PARTITION BY team ORDER BY d + 0, row_id) AS BIGINT) AS place,
  CAST(RANK() OVER (ORDER BY d + 0) AS BIGINT) AS rank,
  CAST(DENSE_RANK() OVER (ORDER BY d + 0 DESC NULLS LAST) AS BIGINT) AS dense_rank,
  PERCENT_RANK() OVER (ORDER BY team) AS percent_rank,
  CUME_DIST() OVER (ORDER BY team) AS cume_dist,
  CAST(NTILE(3) OVER (ORDER BY row_id) AS BIGINT) AS third,
  LAG(d) OVER (ORDER BY row_id) AS "before",
  LEAD(d, 2, 0) OVER (ORDER BY row_id) AS "after",
  FIRST_VALUE(team) OVER (ORDER BY row_id) AS first_team,
  LAST_VALUE(d) OVER (PARTITION BY team ORDER BY row_id) AS latest,
  NTH_VALUE(team, 2) OVER (ORDER BY row_id) AS second_team,
  COUNT(*) OVER (PARTITION BY team) AS size,
  ARRAY_SUM(
    ARRAY_AGG(d) FILTER(WHERE d IS NOT NULL) OVER (
      ORDER BY row_id
      ROWS BETWEEN 1 PRECEDING AND CURRENT ROW
    )
  ) AS of_two,
  AVG(d) OVER (PARTITION BY team) AS mean,
  MAX(team) OVER () AS last_in_order
FROM source_rows
;

/* transform.aggregates | seeknal/aggregates.yml | duckdb */
SELECT
  team,
  COUNT(*) AS size,
  COUNT(d) AS values,
  COUNT(DISTINCT i) AS distinct_values,
  COUNT_IF(gift) AS gifts,
  SUM(d) AS total,
  SUM(d) FILTER(WHERE gift) AS given,
  CAST(SUM(i) AS BIGINT) AS whole_total,
  AVG(d) AS mean,
  MIN(i) AS least,
  MAX(d) AS greatest,
  STDDEV(d) AS spread,
  STDDEV_POP(d) AS spread_of_all,
  VARIANCE(d) AS variance,
  VAR_POP(d) AS variance_of_all,
  MEDIAN(d) AS median,
  BOOL_AND(CAST(gift AS BOOLEAN)) AS all_given,
  BOOL_OR(CAST(gift AS BOOLEAN)) AS any_given
FROM source_rows
GROUP BY team
HAVING COUNT(*) > 1
;

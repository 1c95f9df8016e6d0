/* transform.aggregates | seeknal/aggregates.yml | databricks */
SELECT
  team,
  COUNT(*) AS size,
  COUNT(d) AS `values`,
  COUNT(DISTINCT i) AS distinct_values,
  SUM(CASE WHEN gift THEN 1 WHEN NOT gift THEN 0 END) AS gifts,
  SUM(d) AS total,
  SUM(CASE WHEN gift THEN d END) AS given,
  CAST(SUM(CAST(i AS DECIMAL(38, 0))) AS BIGINT) AS whole_total,
  AVG(d) AS mean,
  MIN(i) AS `least`,
  MAX(d) AS `greatest`,
  STDDEV_SAMP(d) AS spread,
  STDDEV_POP(d) AS spread_of_all,
  VARIANCE(d) AS variance,
  VAR_POP(d) AS variance_of_all,
  MEDIAN(d) AS median,
  BOOL_AND(gift) AS all_given,
  BOOL_OR(gift) AS any_given
FROM source_rows
GROUP BY team
HAVING COUNT(*) > 1
;

/* transform.aggregates | seeknal/aggregates.yml | postgres */
SELECT
  team,
  COUNT(*) AS size,
  COUNT(d) AS "values",
  COUNT(DISTINCT i) AS distinct_values,
  SUM(CASE WHEN gift THEN 1 WHEN NOT gift THEN 0 END) AS gifts,
  SUM(d) AS total,
  SUM(d) FILTER(WHERE gift) AS given,
  CAST(SUM(i) AS BIGINT) AS whole_total,
  AVG(d) AS mean,
  MIN(i) AS "least",
  MAX(d) AS "greatest",
  STDDEV(d) AS spread,
  STDDEV_POP(d) AS spread_of_all,
  VAR_SAMP(d) AS variance,
  VAR_POP(d) AS variance_of_all,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY d) AS median,
  BOOL_AND(gift) AS all_given,
  BOOL_OR(gift) AS any_given
FROM source_rows
GROUP BY team
HAVING COUNT(*) > 1
;

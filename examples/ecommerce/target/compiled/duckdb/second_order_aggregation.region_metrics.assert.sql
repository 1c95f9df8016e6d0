/* assertions of second_order_aggregation.region_metrics | seeknal/second_order_aggregations/region_metrics.yml | duckdb | a row returned breaks the promise */

/* ambiguous-as-of: `region` {id} of `feature_group.customer_daily_agg` has several dates in `application_date`, from {first} to {last}; features have one as-of per id */
SELECT
  region AS "id",
  MIN(application_date) AS "first",
  MAX(application_date) AS "last"
FROM feature_group_customer_daily_agg
WHERE region IS NOT NULL
GROUP BY region
HAVING MIN(application_date) < MAX(application_date)
ORDER BY region
LIMIT 5
;

/* feature_group.as_it_is | seeknal/as_it_is.yml | databricks */
SELECT *
FROM source_orders
;

/* feature_group.by_position | seeknal/by_position.yml | databricks */
SELECT
  customer_id,
  SUM(amount) AS total
FROM source_orders
GROUP BY customer_id
;

/* feature_group.by_ref | seeknal/by_ref.yml | databricks */
SELECT
  customer_id,
  MAX(amount) AS `greatest`
FROM source_orders
GROUP BY customer_id
;

/* feature_group.by_source | seeknal/by_source.yml | databricks */
SELECT
  source.customer_id,
  MIN(source.amount) AS `least`
FROM source_orders AS source
GROUP BY source.customer_id
;

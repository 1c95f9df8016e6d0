/* transform.by_alias | seeknal/by_alias.yml | databricks */
SELECT o.amount, b.region
FROM source_orders AS o
JOIN source_customers AS b ON o.customer_id = b.customer_id
;

/* transform.by_jinja_ref | seeknal/by_jinja_ref.yml | databricks */
SELECT amount
FROM source_orders
;

/* transform.by_node_id | seeknal/by_node_id.yml | databricks */
SELECT orders.amount
FROM source_orders AS orders
WHERE orders.amount > 0
;

/* transform.by_position | seeknal/by_position.yml | databricks */
SELECT input_0.amount, c.region
FROM source_orders AS input_0
JOIN source_customers AS c ON input_0.customer_id = c.customer_id
;

/* transform.by_ref | seeknal/by_ref.yml | databricks */
SELECT o.amount, c.region
FROM source_orders AS o
JOIN source_customers AS c ON o.customer_id = c.customer_id
;

/* transform.by_relation | seeknal/by_relation.yml | databricks */
SELECT amount
FROM source_orders
;

/* transform.by_this | seeknal/by_this.yml | databricks */
SELECT amount
FROM source_orders
;

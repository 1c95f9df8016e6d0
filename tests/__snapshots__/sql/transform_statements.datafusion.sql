/* transform.big_spenders | seeknal/big_spenders.yml | datafusion */
WITH totals AS (
  SELECT
    customer_id,
    SUM(amount) AS total
  FROM source_orders
  GROUP BY customer_id
),
ranked AS (
  SELECT
    customer_id,
    total,
    CAST(ROW_NUMBER() OVER (ORDER BY total + 0 DESC NULLS LAST) AS BIGINT) AS place
  FROM totals
),
top AS (
  SELECT *
  FROM ranked
  WHERE place <= 10
)
SELECT customer_id, total
FROM top
WHERE total > 100
;

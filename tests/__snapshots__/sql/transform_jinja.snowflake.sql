/* transform.pivoted | seeknal/pivoted.yml | snowflake */
SELECT
  customer_id,
  SUM(CASE WHEN status = 'paid' THEN amount END) AS paid_amount,
  SUM(CASE WHEN status = 'open' THEN amount END) AS open_amount,
  COUNT(*) AS orders
FROM source_orders
GROUP BY customer_id
;

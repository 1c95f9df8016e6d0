/* second_order_aggregation.conditions | seeknal/conditions.yml | clickhouse */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    amount,
    status,
    gift,
    dateDiff('day', order_date, application_date) AS days
  FROM source_daily
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  /* amount: since status == 'paid' and amount between 10 and 100 */
  toInt64(
    COUNT(CASE WHEN days >= 0 AND status = 'paid' AND amount BETWEEN 10 AND 100 THEN amount END)
  ) AS "SINCE_COUNT_amount_GEO_D",
  SUM(CASE WHEN days >= 0 AND status = 'paid' AND amount BETWEEN 10 AND 100 THEN amount END) AS "SINCE_SUM_amount_GEO_D",
  /* gifts: since gift */
  SUM(CASE WHEN days >= 0 AND gift THEN amount END) AS "gift_amount",
  /* odd: since NOT gift OR status IN ('a == b', '* / --') OR status IS NULL */
  toInt64(
    COUNT(
      CASE
        WHEN days >= 0 AND (NOT gift OR status IN ('a == b', '*/ --') OR status IS NULL)
          THEN amount
      END
    )
  ) AS "odd_orders",
  /* all_of_it: every past row */
  MAX(CASE WHEN days >= 0 THEN amount END) AS "ever"
FROM events
GROUP BY customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

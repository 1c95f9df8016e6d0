/* feature_group.spend | seeknal/spend.yml | redshift */
WITH events AS (
  /* the events of source.orders by the as-of */
  SELECT
    customer_id,
    amount,
    category,
    ordered_at,
    CAST(:'as_of' AS TIMESTAMP) AS as_of
  FROM source_orders
  WHERE customer_id IS NOT NULL
    AND ordered_at IS NOT NULL
    AND ordered_at <= CAST(:'as_of' AS TIMESTAMP)
    AND loaded_at <= CAST(:'as_of' AS TIMESTAMP)
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    MAX(CASE WHEN category IS NOT NULL THEN ordered_at END) OVER (PARTITION BY customer_id, as_of) AS last_category_time
  FROM events
)
SELECT
  customer_id,
  as_of AS event_time,
  /* spent: window 1d */
  SUM(CASE WHEN ordered_at > as_of - INTERVAL '1 DAY' THEN amount END) AS "spent_1d",
  /* spent: window 7d */
  SUM(CASE WHEN ordered_at > as_of - INTERVAL '7 DAY' THEN amount END) AS "spent_7d",
  /* orders_12h: window 12h */
  COUNT(CASE WHEN ordered_at > as_of - INTERVAL '12 HOUR' THEN 1 END) AS "orders_12h",
  /* last_category: every past event */
  MAX(CASE WHEN category IS NOT NULL AND ordered_at = last_category_time THEN category END) AS "last_category",
  /* big_30d: window 30d, where amount > 100 */
  COUNT(CASE WHEN ordered_at > as_of - INTERVAL '30 DAY' AND amount > 100 THEN 1 END) AS "big_30d",
  /* trend: window 7d / window 7d, offset 7d */
  CAST(SUM(CASE WHEN ordered_at > as_of - INTERVAL '7 DAY' THEN amount END) AS DOUBLE PRECISION)
    / NULLIF(
      SUM(
        CASE
          WHEN ordered_at > as_of - INTERVAL '14 DAY' AND ordered_at <= as_of - INTERVAL '7 DAY'
            THEN amount
        END
      ),
      0
    ) AS "trend",
  /* last_month: the last 1 whole month */
  SUM(
    CASE
      WHEN ordered_at >= DATE_TRUNC('month', as_of) - INTERVAL '1 MONTH'
        AND ordered_at < DATE_TRUNC('month', as_of)
        THEN amount
    END
  ) AS "last_month"
FROM events_prepared
GROUP BY customer_id, as_of
;

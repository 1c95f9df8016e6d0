/* feature_group.spend | seeknal/spend.yml | clickhouse */
WITH events AS (
  /* the events of source.orders by the as-of */
  SELECT
    customer_id,
    amount,
    category,
    ordered_at,
    CAST({as_of: DateTime64(6, 'UTC')} AS Nullable(DateTime64(6, 'UTC'))) AS as_of
  FROM source_orders
  WHERE customer_id IS NOT NULL
    AND ordered_at IS NOT NULL
    AND ordered_at <= CAST({as_of: DateTime64(6, 'UTC')} AS Nullable(DateTime64(6, 'UTC')))
    AND loaded_at <= CAST({as_of: DateTime64(6, 'UTC')} AS Nullable(DateTime64(6, 'UTC')))
)
SELECT
  customer_id,
  as_of AS event_time,
  /* spent: window 1d */
  SUM(CASE WHEN ordered_at > as_of - INTERVAL '1' DAY THEN amount END) AS "spent_1d",
  /* spent: window 7d */
  SUM(CASE WHEN ordered_at > as_of - INTERVAL '7' DAY THEN amount END) AS "spent_7d",
  /* orders_12h: window 12h */
  toInt64(COUNT(CASE WHEN ordered_at > as_of - INTERVAL '12' HOUR THEN 1 END)) AS "orders_12h",
  /* last_category: every past event */
  argMaxIf(category, tuple(ordered_at, category), category IS NOT NULL AND ordered_at IS NOT NULL) AS "last_category",
  /* big_30d: window 30d, where amount > 100 */
  toInt64(COUNT(CASE WHEN ordered_at > as_of - INTERVAL '30' DAY AND amount > 100 THEN 1 END)) AS "big_30d",
  /* trend: window 7d / window 7d, offset 7d */
  SUM(CASE WHEN ordered_at > as_of - INTERVAL '7' DAY THEN amount END)
    / nullIf(
      SUM(
        CASE
          WHEN ordered_at > as_of - INTERVAL '14' DAY AND ordered_at <= as_of - INTERVAL '7' DAY
            THEN amount
        END
      ),
      0
    ) AS "trend",
  /* last_month: the last 1 whole month */
  SUM(
    CASE
      WHEN ordered_at >= dateTrunc('month', toDate32(as_of)) - INTERVAL '1' MONTH
        AND ordered_at < dateTrunc('month', toDate32(as_of))
        THEN amount
    END
  ) AS "last_month"
FROM events
GROUP BY customer_id, as_of
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

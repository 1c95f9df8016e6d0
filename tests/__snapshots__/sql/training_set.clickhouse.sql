/* feature_group.spend | seeknal/spend.yml | clickhouse */
WITH events AS (
  /* the events of source.orders by the as-of */
  SELECT
    customer_id,
    amount,
    ordered_at,
    CAST({as_of: DateTime64(6, 'UTC')} AS Nullable(DateTime64(6, 'UTC'))) AS as_of
  FROM source_orders
  WHERE customer_id IS NOT NULL
    AND ordered_at IS NOT NULL
    AND ordered_at <= CAST({as_of: DateTime64(6, 'UTC')} AS Nullable(DateTime64(6, 'UTC')))
)
SELECT
  customer_id,
  as_of AS event_time,
  /* spent: window 1d */
  SUM(CASE WHEN ordered_at > as_of - INTERVAL '1' DAY THEN amount END) AS "spent_1d",
  /* spent: window 7d */
  SUM(CASE WHEN ordered_at > as_of - INTERVAL '7' DAY THEN amount END) AS "spent_7d"
FROM events
GROUP BY customer_id, as_of
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* training_set.churn | seeknal/churn.yml | clickhouse */
WITH spine AS (
  /* the rows of source.labels, numbered */
  SELECT
    toInt64(ROW_NUMBER() OVER (ORDER BY customer_id, scored_at, churned)) AS spine_row,
    customer_id,
    scored_at,
    churned
  FROM source_labels
),
spend_times AS (
  /* distinct keys and as-ofs of the spine */
  SELECT DISTINCT customer_id, scored_at
  FROM spine
  WHERE customer_id IS NOT NULL AND scored_at IS NOT NULL
),
spend_events AS (
  /* the events of feature_group.spend */
  SELECT
    customer_id AS event_customer_id,
    amount,
    ordered_at
  FROM source_orders
  WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL
),
spend_in_reach AS (
  SELECT
    spend_times.customer_id AS customer_id,
    spend_times.scored_at AS scored_at,
    spend_events.amount AS amount,
    spend_events.ordered_at AS ordered_at
  FROM spend_times
  LEFT JOIN spend_events
    ON spend_events.event_customer_id = spend_times.customer_id
      AND spend_events.ordered_at <= spend_times.scored_at
      AND spend_events.ordered_at > spend_times.scored_at - INTERVAL '7' DAY
),
spend AS (
  SELECT
    customer_id,
    scored_at,
    /* spent: window 7d */
    SUM(amount) AS "spent_7d"
  FROM spend_in_reach
  GROUP BY customer_id, scored_at
),
profiles_rows AS (
  SELECT customer, updated_at, tier, version
  FROM source_profiles
  WHERE customer IS NOT NULL AND updated_at IS NOT NULL
),
profiles_without_ties AS (
  /* one row per key and event time: version desc, tier desc */
  SELECT customer, updated_at, tier
  FROM (
    SELECT
      customer,
      updated_at,
      tier,
      ROW_NUMBER() OVER (PARTITION BY customer, updated_at ORDER BY version DESC, tier DESC) AS tie_rank
    FROM profiles_rows
  ) AS ranked
  WHERE tie_rank = 1
),
profiles AS (
  /* the latest row of source.profiles as of each spine row, 1d after its time (delay), not older than 90d (ttl) */
  SELECT
    spine.spine_row AS spine_row,
    CASE
      WHEN profiles_without_ties.updated_at >= spine.scored_at - INTERVAL '90' DAY
        THEN profiles_without_ties.tier
    END AS "profile_tier"
  FROM spine
  ASOF LEFT JOIN profiles_without_ties
    ON profiles_without_ties.customer = spine.customer_id
      AND spine.scored_at - INTERVAL '1' DAY >= profiles_without_ties.updated_at
)
SELECT
  spine.customer_id AS customer_id,
  spine.scored_at AS scored_at,
  spine.churned AS churned,
  spend."spent_7d" AS "spent_7d",
  profiles."profile_tier" AS "profile_tier"
FROM spine
LEFT JOIN spend ON spend.customer_id = spine.customer_id AND spend.scored_at = spine.scored_at
LEFT JOIN profiles ON profiles.spine_row = spine.spine_row
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

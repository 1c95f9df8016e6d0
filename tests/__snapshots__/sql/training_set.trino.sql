/* training_set.churn | seeknal/churn.yml | trino */
WITH spine AS (
  /* the rows of source.labels, numbered */
  SELECT
    ROW_NUMBER() OVER (ORDER BY customer_id, scored_at, churned) AS spine_row,
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
  SELECT spend_times.customer_id, spend_times.scored_at, spend_events.amount, spend_events.ordered_at
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
    spine.spine_row,
    CASE
      WHEN profiles_without_ties.updated_at >= spine.scored_at - INTERVAL '90' DAY
        THEN profiles_without_ties.tier
    END AS "profile_tier"
  FROM spine
  LEFT JOIN (
    SELECT
      customer,
      updated_at,
      tier,
      LEAD(updated_at) OVER (PARTITION BY customer ORDER BY updated_at) AS next_time
    FROM profiles_without_ties
  ) AS profiles_without_ties
    ON profiles_without_ties.customer = spine.customer_id
      AND profiles_without_ties.updated_at <= spine.scored_at - INTERVAL '1' DAY
      AND (
        profiles_without_ties.next_time > spine.scored_at - INTERVAL '1' DAY
          OR profiles_without_ties.next_time IS NULL
      )
)
SELECT
  spine.customer_id,
  spine.scored_at,
  spine.churned,
  spend."spent_7d",
  profiles."profile_tier"
FROM spine
LEFT JOIN spend ON spend.customer_id = spine.customer_id AND spend.scored_at = spine.scored_at
LEFT JOIN profiles ON profiles.spine_row = spine.spine_row
;

-- feature_group.spend is refused: a time that is given as it runs is not something trino can run
--   give it with --as-of

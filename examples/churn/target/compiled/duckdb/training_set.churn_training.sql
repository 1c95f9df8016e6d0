/* training_set.churn_training | seeknal/training_sets/churn_training.yml | duckdb */
WITH spine AS (
  /* the rows of source.churn_labels, numbered */
  SELECT
    ROW_NUMBER() OVER () AS spine_row,
    customer_id,
    application_date,
    churned,
    CAST(application_date AS TIMESTAMP) AS as_of_time
  FROM source_churn_labels
),
customer_spend_times AS (
  /* distinct keys and as-ofs of the spine */
  SELECT DISTINCT customer_id, as_of_time
  FROM spine
  WHERE customer_id IS NOT NULL AND as_of_time IS NOT NULL
),
customer_spend_events AS (
  /* the events of feature_group.customer_spend */
  SELECT
    customer_id AS event_customer_id,
    amount,
    ordered_at
  FROM source_orders
  WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL
),
customer_spend_in_reach AS (
  SELECT
    customer_spend_times.customer_id,
    customer_spend_times.as_of_time,
    customer_spend_events.amount,
    customer_spend_events.ordered_at
  FROM customer_spend_times
  LEFT JOIN customer_spend_events
    ON customer_spend_events.event_customer_id = customer_spend_times.customer_id
      AND customer_spend_events.ordered_at <= customer_spend_times.as_of_time
),
customer_spend AS (
  SELECT
    customer_id,
    as_of_time,
    /* spend: window 7d */
    SUM(CASE WHEN ordered_at > as_of_time - INTERVAL '7' DAY THEN amount END) AS "spend_7d",
    /* spend: window 28d */
    SUM(CASE WHEN ordered_at > as_of_time - INTERVAL '28' DAY THEN amount END) AS "spend_28d",
    /* basket: every past event */
    AVG(amount) AS "basket"
  FROM customer_spend_in_reach
  GROUP BY customer_id, as_of_time
),
customer_pace_times AS (
  /* distinct keys and as-ofs of the spine */
  SELECT DISTINCT customer_id, as_of_time
  FROM spine
  WHERE customer_id IS NOT NULL AND as_of_time IS NOT NULL
),
customer_pace_events AS (
  /* the events of feature_group.customer_pace */
  SELECT
    customer_id AS event_customer_id,
    ordered_at
  FROM source_orders
  WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL
),
customer_pace_in_reach AS (
  SELECT
    customer_pace_times.customer_id,
    customer_pace_times.as_of_time,
    customer_pace_events.ordered_at
  FROM customer_pace_times
  LEFT JOIN customer_pace_events
    ON customer_pace_events.event_customer_id = customer_pace_times.customer_id
      AND customer_pace_events.ordered_at <= customer_pace_times.as_of_time
),
customer_pace AS (
  SELECT
    customer_id,
    as_of_time,
    /* orders: window 7d */
    COUNT(CASE WHEN ordered_at > as_of_time - INTERVAL '7' DAY THEN 1 END) AS "orders_7d",
    /* orders: window 28d */
    COUNT(CASE WHEN ordered_at > as_of_time - INTERVAL '28' DAY THEN 1 END) AS "orders_28d",
    /* days_since_order: every past event */
    MIN(
      CASE
        WHEN ordered_at IS NOT NULL
          THEN DATE_DIFF('DAY', CAST(ordered_at AS DATE), CAST(as_of_time AS DATE))
      END
    ) AS "days_since_order"
  FROM customer_pace_in_reach
  GROUP BY customer_id, as_of_time
)
SELECT
  spine.customer_id,
  spine.application_date,
  spine.churned,
  customer_spend."spend_7d",
  customer_spend."spend_28d",
  customer_spend."basket",
  customer_pace."orders_7d",
  customer_pace."orders_28d",
  customer_pace."days_since_order"
FROM spine
LEFT JOIN customer_spend
  ON customer_spend.customer_id = spine.customer_id AND customer_spend.as_of_time = spine.as_of_time
LEFT JOIN customer_pace
  ON customer_pace.customer_id = spine.customer_id AND customer_pace.as_of_time = spine.as_of_time

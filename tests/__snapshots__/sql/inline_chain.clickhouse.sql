/* transform.paid | seeknal/paid.yml | clickhouse */
WITH source_orders AS (
  SELECT
    CAST(customer_id AS Nullable(String)) AS customer_id,
    CASE WHEN ordered_at IS NOT NULL THEN accurateCast(ordered_at, 'DateTime64(6, ''UTC'')') END AS ordered_at,
    CASE
      WHEN NOT isNaN(CASE WHEN amount IS NOT NULL THEN toFloat64(assumeNotNull(amount)) END)
        THEN CASE WHEN amount IS NOT NULL THEN toFloat64(assumeNotNull(amount)) END + 0
    END AS amount
  FROM shop.orders
),
events AS (
  SELECT *
  FROM source_orders
  WHERE amount > 0
)
SELECT customer_id, ordered_at, amount
FROM events
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* aggregation.daily | seeknal/daily.yml | clickhouse */
WITH source_orders AS (
  SELECT
    CAST(customer_id AS Nullable(String)) AS customer_id,
    CASE WHEN ordered_at IS NOT NULL THEN accurateCast(ordered_at, 'DateTime64(6, ''UTC'')') END AS ordered_at,
    CASE
      WHEN NOT isNaN(CASE WHEN amount IS NOT NULL THEN toFloat64(assumeNotNull(amount)) END)
        THEN CASE WHEN amount IS NOT NULL THEN toFloat64(assumeNotNull(amount)) END + 0
    END AS amount
  FROM shop.orders
),
transform_paid AS (
  WITH events AS (
    SELECT *
    FROM source_orders
    WHERE amount > 0
  )
  SELECT customer_id, ordered_at, amount
  FROM events
),
events AS (
  SELECT
    customer_id,
    amount,
    toDate32(ordered_at) AS ordered_at_day
  FROM transform_paid
  WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL
)
SELECT
  customer_id,
  ordered_at_day AS ordered_at,
  SUM(amount) AS "amount_sum"
FROM events
GROUP BY customer_id, ordered_at_day
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* second_order_aggregation.trend | seeknal/trend.yml | clickhouse */
WITH source_orders AS (
  SELECT
    CAST(customer_id AS Nullable(String)) AS customer_id,
    CASE WHEN ordered_at IS NOT NULL THEN accurateCast(ordered_at, 'DateTime64(6, ''UTC'')') END AS ordered_at,
    CASE
      WHEN NOT isNaN(CASE WHEN amount IS NOT NULL THEN toFloat64(assumeNotNull(amount)) END)
        THEN CASE WHEN amount IS NOT NULL THEN toFloat64(assumeNotNull(amount)) END + 0
    END AS amount
  FROM shop.orders
),
source_reviews AS (
  SELECT
    CAST(customer_id AS Nullable(String)) AS customer_id,
    CASE WHEN application_date IS NOT NULL THEN accurateCast(application_date, 'Date32') END AS application_date
  FROM shop.reviews
),
transform_paid AS (
  WITH events AS (
    SELECT *
    FROM source_orders
    WHERE amount > 0
  )
  SELECT customer_id, ordered_at, amount
  FROM events
),
aggregation_daily AS (
  WITH events AS (
    SELECT
      customer_id,
      amount,
      toDate32(ordered_at) AS ordered_at_day
    FROM transform_paid
    WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL
  )
  SELECT
    customer_id,
    ordered_at_day AS ordered_at,
    SUM(amount) AS "amount_sum"
  FROM events
  GROUP BY customer_id, ordered_at_day
),
spine AS (
  /* the pairs of source.reviews to compute features for */
  SELECT DISTINCT
    customer_id AS spine_customer_id,
    application_date AS spine_application_date
  FROM source_reviews
  WHERE customer_id IS NOT NULL AND application_date IS NOT NULL
),
events AS (
  SELECT customer_id, amount_sum, ordered_at
  FROM aggregation_daily
  WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL
),
past_events AS (
  /* days: whole days from ordered_at back from application_date; below 0 is the future and never counts */
  SELECT
    spine.spine_customer_id AS spine_customer_id,
    spine.spine_application_date AS spine_application_date,
    events.amount_sum AS amount_sum,
    dateDiff('day', events.ordered_at, spine.spine_application_date) AS days
  FROM spine
  LEFT JOIN events
    ON events.customer_id = spine.spine_customer_id
      AND events.ordered_at <= spine.spine_application_date
      AND dateDiff('day', events.ordered_at, spine.spine_application_date) <= 6
)
SELECT
  spine_customer_id AS customer_id,
  spine_application_date AS application_date,
  /* amount_sum: window [0, 6] */
  SUM(CASE WHEN days <= 6 THEN amount_sum END) AS "amount_sum_SUM_0_6"
FROM past_events
GROUP BY spine_customer_id, spine_application_date
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* aggregation.daily_totals_of_every_customer_as_of_the_application_date_and_more | seeknal/daily.yml | clickhouse */
WITH "source_Orders" AS (
  SELECT
    CAST(customer_id AS Nullable(String)) AS customer_id,
    CASE WHEN "orderDate" IS NOT NULL THEN accurateCast("orderDate", 'Date32') END AS "orderDate",
    CASE WHEN "applicationDate" IS NOT NULL THEN accurateCast("applicationDate", 'Date32') END AS "applicationDate",
    CASE
      WHEN NOT isNaN(CASE WHEN amount IS NOT NULL THEN toFloat64(assumeNotNull(amount)) END)
        THEN CASE WHEN amount IS NOT NULL THEN toFloat64(assumeNotNull(amount)) END + 0
    END AS amount
  FROM sales."Orders"
),
events AS (
  /* days: whole days from orderDate back from applicationDate; below 0 is the future and never counts */
  SELECT
    customer_id,
    amount,
    "applicationDate",
    dateDiff('day', "orderDate", "applicationDate") AS days
  FROM "source_Orders"
  WHERE customer_id IS NOT NULL AND "applicationDate" IS NOT NULL
)
SELECT
  customer_id,
  "applicationDate",
  SUM(CASE WHEN days >= 0 THEN amount END) AS "amount_sum"
FROM events
GROUP BY customer_id, "applicationDate"
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* second_order_aggregation.trend | seeknal/trend.yml | clickhouse */
WITH "source_Orders" AS (
  SELECT
    CAST(customer_id AS Nullable(String)) AS customer_id,
    CASE WHEN "orderDate" IS NOT NULL THEN accurateCast("orderDate", 'Date32') END AS "orderDate",
    CASE WHEN "applicationDate" IS NOT NULL THEN accurateCast("applicationDate", 'Date32') END AS "applicationDate",
    CASE
      WHEN NOT isNaN(CASE WHEN amount IS NOT NULL THEN toFloat64(assumeNotNull(amount)) END)
        THEN CASE WHEN amount IS NOT NULL THEN toFloat64(assumeNotNull(amount)) END + 0
    END AS amount
  FROM sales."Orders"
),
aggregation_daily_totals_of_every_customer_as_of_the_application_date_and_more AS (
  WITH events AS (
    /* days: whole days from orderDate back from applicationDate; below 0 is the future and never counts */
    SELECT
      customer_id,
      amount,
      "applicationDate",
      dateDiff('day', "orderDate", "applicationDate") AS days
    FROM "source_Orders"
    WHERE customer_id IS NOT NULL AND "applicationDate" IS NOT NULL
  )
  SELECT
    customer_id,
    "applicationDate",
    SUM(CASE WHEN days >= 0 THEN amount END) AS "amount_sum"
  FROM events
  GROUP BY customer_id, "applicationDate"
),
spine AS (
  /* the pairs of source.Orders to compute features for */
  SELECT DISTINCT
    customer_id AS spine_customer_id,
    "applicationDate" AS "spine_applicationDate"
  FROM "source_Orders"
  WHERE customer_id IS NOT NULL AND "applicationDate" IS NOT NULL
),
events AS (
  SELECT customer_id, amount_sum, "applicationDate"
  FROM aggregation_daily_totals_of_every_customer_as_of_the_application_date_and_more
  WHERE customer_id IS NOT NULL AND "applicationDate" IS NOT NULL
),
past_events AS (
  SELECT
    spine.spine_customer_id AS spine_customer_id,
    spine."spine_applicationDate" AS "spine_applicationDate",
    events.amount_sum AS amount_sum,
    dateDiff('day', events."applicationDate", spine."spine_applicationDate") AS days
  FROM spine
  LEFT JOIN events
    ON events.customer_id = spine.spine_customer_id
      AND events."applicationDate" <= spine."spine_applicationDate"
)
SELECT
  spine_customer_id AS customer_id,
  "spine_applicationDate" AS "applicationDate",
  SUM(amount_sum) AS "amount_sum_SUM"
FROM past_events
GROUP BY spine_customer_id, "spine_applicationDate"
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

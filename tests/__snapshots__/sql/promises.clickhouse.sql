/* second_order_aggregation.one_date_per_id | seeknal/one_date_per_id.yml | clickhouse */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    amount,
    dateDiff(
      'day',
      toDate32(
        CASE
          WHEN match(
            order_date,
            '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$'
          )
            THEN parseDateTime64BestEffort(order_date, 6, 'UTC')
          WHEN throwIf(order_date IS NOT NULL, 'a text is no ISO time') THEN NULL
        END
      ),
      application_date
    ) AS days
  FROM source_orders
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  SUM(CASE WHEN days >= 0 THEN amount END) AS "amount_SUM"
FROM events
GROUP BY customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* assertions of second_order_aggregation.one_date_per_id | seeknal/one_date_per_id.yml | clickhouse | a row returned breaks the promise */

/* bad-value: `{value}` in `order_date` of `source.orders` is not an ISO date or timestamp */
SELECT
  order_date AS "value"
FROM source_orders
WHERE order_date IS NOT NULL
  AND CASE
    WHEN match(
      order_date,
      '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$'
    )
      THEN parseDateTime64BestEffortOrNull(order_date, 6, 'UTC')
  END
    IS NULL
LIMIT 5
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* ambiguous-as-of: `customer_id` {id} of `source.orders` has several dates in `application_date`, from {first} to {last}; features have one as-of per id */
SELECT
  customer_id AS "id",
  MIN(application_date) AS "first",
  MAX(application_date) AS "last"
FROM source_orders
WHERE customer_id IS NOT NULL
GROUP BY customer_id
HAVING MIN(application_date) < MAX(application_date)
ORDER BY customer_id
LIMIT 5
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* rows in and rows dropped */
SELECT
  COUNT(*) AS "rows_in",
  COUNT(*) - COUNT(customer_id) AS "rows_dropped"
FROM source_orders
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* second_order_aggregation.with_a_spine | seeknal/with_a_spine.yml | clickhouse */
WITH spine AS (
  /* the pairs of source.orders to compute features for */
  SELECT DISTINCT
    customer_id AS spine_customer_id,
    application_date AS spine_application_date
  FROM source_orders
  WHERE customer_id IS NOT NULL AND application_date IS NOT NULL
),
events AS (
  SELECT
    customer_id,
    amount,
    toDate32(
      CASE
        WHEN match(
          order_date,
          '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$'
        )
          THEN parseDateTime64BestEffort(order_date, 6, 'UTC')
        WHEN throwIf(order_date IS NOT NULL, 'a text is no ISO time') THEN NULL
      END
    ) AS order_date_day
  FROM source_orders
  WHERE customer_id IS NOT NULL AND order_date IS NOT NULL
),
past_events AS (
  SELECT
    spine.spine_customer_id AS spine_customer_id,
    spine.spine_application_date AS spine_application_date,
    events.amount AS amount,
    dateDiff('day', events.order_date_day, spine.spine_application_date) AS days
  FROM spine
  LEFT JOIN events
    ON events.customer_id = spine.spine_customer_id
      AND events.order_date_day <= spine.spine_application_date
)
SELECT
  spine_customer_id AS customer_id,
  spine_application_date AS application_date,
  SUM(amount) AS "amount_SUM"
FROM past_events
GROUP BY spine_customer_id, spine_application_date
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* assertions of second_order_aggregation.with_a_spine | seeknal/with_a_spine.yml | clickhouse | a row returned breaks the promise */

/* bad-value: `{value}` in `order_date` of `source.orders` is not an ISO date or timestamp */
SELECT
  order_date AS "value"
FROM source_orders
WHERE order_date IS NOT NULL
  AND CASE
    WHEN match(
      order_date,
      '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$'
    )
      THEN parseDateTime64BestEffortOrNull(order_date, 6, 'UTC')
  END
    IS NULL
LIMIT 5
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* rows in and rows dropped */
SELECT
  SUM("rows_in") AS "rows_in",
  SUM("rows_dropped") AS "rows_dropped"
FROM (
  SELECT
    COUNT(*) AS "rows_in",
    COUNT(*) - COUNT(customer_id) AS "rows_dropped"
  FROM source_orders
  UNION ALL
  SELECT
    COUNT(*) AS "rows_in",
    COUNT(*) - COUNT(CASE WHEN customer_id IS NOT NULL AND application_date IS NOT NULL THEN 1 END) AS "rows_dropped"
  FROM source_orders
) AS counted
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

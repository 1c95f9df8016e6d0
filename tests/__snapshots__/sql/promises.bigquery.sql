/* second_order_aggregation.one_date_per_id | seeknal/one_date_per_id.yml | bigquery */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    amount,
    DATE_DIFF(
      application_date,
      CAST(
        CAST(
          CAST(REGEXP_REPLACE(order_date, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP) AS DATETIME
        ) AS DATE
      ),
      DAY
    ) AS days
  FROM source_orders
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  SUM(CASE WHEN days >= 0 THEN amount END) AS `amount_SUM`
FROM events
GROUP BY customer_id
;

/* assertions of second_order_aggregation.one_date_per_id | seeknal/one_date_per_id.yml | bigquery | a row returned breaks the promise */

/* bad-value: `{value}` in `order_date` of `source.orders` is not an ISO date or timestamp */
SELECT
  order_date AS `value`
FROM source_orders
WHERE order_date IS NOT NULL
  AND (
    NOT REGEXP_CONTAINS(
        order_date,
        '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
      )
      OR SAFE_CAST(
        REGEXP_REPLACE(order_date, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP
      )
        IS NULL
  )
LIMIT 5
;

/* ambiguous-as-of: `customer_id` {id} of `source.orders` has several dates in `application_date`, from {first} to {last}; features have one as-of per id */
SELECT
  customer_id AS `id`,
  MIN(application_date) AS `first`,
  MAX(application_date) AS `last`
FROM source_orders
WHERE customer_id IS NOT NULL
GROUP BY customer_id
HAVING MIN(application_date) < MAX(application_date)
ORDER BY customer_id NULLS LAST
LIMIT 5
;

/* rows in and rows dropped */
SELECT
  COUNT(*) AS `rows_in`,
  COUNT(*) - COUNT(customer_id) AS `rows_dropped`
FROM source_orders
;

/* second_order_aggregation.with_a_spine | seeknal/with_a_spine.yml | bigquery */
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
    CAST(
      CAST(
        CAST(REGEXP_REPLACE(order_date, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP) AS DATETIME
      ) AS DATE
    ) AS order_date_day
  FROM source_orders
  WHERE customer_id IS NOT NULL AND order_date IS NOT NULL
),
past_events AS (
  SELECT
    spine.spine_customer_id,
    spine.spine_application_date,
    events.amount,
    DATE_DIFF(spine.spine_application_date, events.order_date_day, DAY) AS days
  FROM spine
  LEFT JOIN events
    ON events.customer_id = spine.spine_customer_id
      AND events.order_date_day <= spine.spine_application_date
)
SELECT
  spine_customer_id AS customer_id,
  spine_application_date AS application_date,
  SUM(amount) AS `amount_SUM`
FROM past_events
GROUP BY spine_customer_id, spine_application_date
;

/* assertions of second_order_aggregation.with_a_spine | seeknal/with_a_spine.yml | bigquery | a row returned breaks the promise */

/* bad-value: `{value}` in `order_date` of `source.orders` is not an ISO date or timestamp */
SELECT
  order_date AS `value`
FROM source_orders
WHERE order_date IS NOT NULL
  AND (
    NOT REGEXP_CONTAINS(
        order_date,
        '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
      )
      OR SAFE_CAST(
        REGEXP_REPLACE(order_date, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP
      )
        IS NULL
  )
LIMIT 5
;

/* rows in and rows dropped */
SELECT
  SUM(`rows_in`) AS `rows_in`,
  SUM(`rows_dropped`) AS `rows_dropped`
FROM (
  SELECT
    COUNT(*) AS `rows_in`,
    COUNT(*) - COUNT(customer_id) AS `rows_dropped`
  FROM source_orders
  UNION ALL
  SELECT
    COUNT(*) AS `rows_in`,
    COUNT(*) - COUNT(CASE WHEN customer_id IS NOT NULL AND application_date IS NOT NULL THEN 1 END) AS `rows_dropped`
  FROM source_orders
) AS counted
;

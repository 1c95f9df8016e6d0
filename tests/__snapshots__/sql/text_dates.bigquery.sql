/* aggregation.daily | seeknal/daily.yml | bigquery */
WITH events AS (
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
)
SELECT
  customer_id,
  order_date_day AS order_date,
  SUM(amount) AS `amount_sum`
FROM events
GROUP BY customer_id, order_date_day
;

/* second_order_aggregation.trend | seeknal/trend.yml | bigquery */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    CAST(
      CAST(REGEXP_REPLACE(order_date, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP) AS DATETIME
    ) AS order_date_at,
    DATE_DIFF(
      CAST(
        CAST(
          CAST(
            REGEXP_REPLACE(application_date, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP
          ) AS DATETIME
        ) AS DATE
      ),
      CAST(
        CAST(
          CAST(
            REGEXP_REPLACE(order_date, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP
          ) AS DATETIME
        ) AS DATE
      ),
      DAY
    ) AS days,
    CASE
      WHEN CAST(
        CAST(
          CAST(REGEXP_REPLACE(order_date, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP) AS DATETIME
        ) AS DATE
      )
        <= CAST(
          CAST(
            CAST(
              REGEXP_REPLACE(application_date, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP
            ) AS DATETIME
          ) AS DATE
        )
        THEN amount
    END AS past_amount
  FROM source_orders
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  SUM(past_amount) AS `amount_SUM`,
  ARRAY_AGG(
    CASE WHEN past_amount IS NOT NULL AND order_date_at IS NOT NULL THEN past_amount END IGNORE NULLS ORDER BY order_date_at DESC, past_amount DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `amount_LAST`,
  /* week: window [0, 6] */
  SUM(CASE WHEN days <= 6 THEN past_amount END) AS `amount_SUM_0_6`
FROM events
GROUP BY customer_id
;

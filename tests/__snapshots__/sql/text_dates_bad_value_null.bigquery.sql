/* aggregation.daily | seeknal/daily.yml | bigquery */
WITH events AS (
  SELECT
    customer_id,
    amount,
    CAST(
      CASE
        WHEN REGEXP_CONTAINS(
          order_date,
          '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
        )
          THEN CAST(
            SAFE_CAST(
              REGEXP_REPLACE(order_date, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP
            ) AS DATETIME
          )
      END AS DATE
    ) AS order_date_day
  FROM source_orders
  WHERE customer_id IS NOT NULL
    AND CAST(
      CASE
        WHEN REGEXP_CONTAINS(
          order_date,
          '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
        )
          THEN CAST(
            SAFE_CAST(
              REGEXP_REPLACE(order_date, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP
            ) AS DATETIME
          )
      END AS DATE
    )
      IS NOT NULL
)
SELECT
  customer_id,
  order_date_day AS order_date,
  SUM(amount) AS `amount_sum`
FROM events
GROUP BY customer_id, order_date_day
;

/* second_order_aggregation.as_of_scores | seeknal/as_of_scores.yml | bigquery */
WITH spine AS (
  /* the pairs of source.orders to compute features for */
  SELECT DISTINCT
    customer_id AS spine_customer_id,
    CAST(
      CASE
        WHEN REGEXP_CONTAINS(
          scored_at,
          '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
        )
          THEN CAST(
            SAFE_CAST(
              REGEXP_REPLACE(scored_at, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP
            ) AS DATETIME
          )
      END AS DATE
    ) AS spine_scored_at
  FROM source_orders
  WHERE customer_id IS NOT NULL
    AND CAST(
      CASE
        WHEN REGEXP_CONTAINS(
          scored_at,
          '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
        )
          THEN CAST(
            SAFE_CAST(
              REGEXP_REPLACE(scored_at, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP
            ) AS DATETIME
          )
      END AS DATE
    )
      IS NOT NULL
),
events AS (
  SELECT
    customer_id,
    amount,
    CAST(
      CASE
        WHEN REGEXP_CONTAINS(
          order_date,
          '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
        )
          THEN CAST(
            SAFE_CAST(
              REGEXP_REPLACE(order_date, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP
            ) AS DATETIME
          )
      END AS DATE
    ) AS order_date_day
  FROM source_orders
  WHERE customer_id IS NOT NULL
    AND CAST(
      CASE
        WHEN REGEXP_CONTAINS(
          order_date,
          '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
        )
          THEN CAST(
            SAFE_CAST(
              REGEXP_REPLACE(order_date, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP
            ) AS DATETIME
          )
      END AS DATE
    )
      IS NOT NULL
),
past_events AS (
  SELECT
    spine.spine_customer_id,
    spine.spine_scored_at,
    events.amount,
    DATE_DIFF(spine.spine_scored_at, events.order_date_day, DAY) AS days
  FROM spine
  LEFT JOIN events
    ON events.customer_id = spine.spine_customer_id AND events.order_date_day <= spine.spine_scored_at
)
SELECT
  spine_customer_id AS customer_id,
  spine_scored_at AS scored_at,
  SUM(amount) AS `amount_SUM`
FROM past_events
GROUP BY spine_customer_id, spine_scored_at
;

/* second_order_aggregation.trend | seeknal/trend.yml | bigquery */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    CASE
      WHEN REGEXP_CONTAINS(
        order_date,
        '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
      )
        THEN CAST(
          SAFE_CAST(
            REGEXP_REPLACE(order_date, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP
          ) AS DATETIME
        )
    END AS order_date_at,
    DATE_DIFF(
      CAST(
        CASE
          WHEN REGEXP_CONTAINS(
            application_date,
            '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
          )
            THEN CAST(
              SAFE_CAST(
                REGEXP_REPLACE(application_date, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP
              ) AS DATETIME
            )
        END AS DATE
      ),
      CAST(
        CASE
          WHEN REGEXP_CONTAINS(
            order_date,
            '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
          )
            THEN CAST(
              SAFE_CAST(
                REGEXP_REPLACE(order_date, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP
              ) AS DATETIME
            )
        END AS DATE
      ),
      DAY
    ) AS days,
    CASE
      WHEN CAST(
        CASE
          WHEN REGEXP_CONTAINS(
            order_date,
            '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
          )
            THEN CAST(
              SAFE_CAST(
                REGEXP_REPLACE(order_date, '^(.{13}:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2') AS TIMESTAMP
              ) AS DATETIME
            )
        END AS DATE
      )
        <= CAST(
          CASE
            WHEN REGEXP_CONTAINS(
              application_date,
              '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
            )
              THEN CAST(
                SAFE_CAST(
                  REGEXP_REPLACE(
                    application_date,
                    '^(.{13}:[0-9]{2})(Z|[+-].*)?$',
                    '\\1:00\\2'
                  ) AS TIMESTAMP
                ) AS DATETIME
              )
          END AS DATE
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

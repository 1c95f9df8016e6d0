/* aggregation.daily | seeknal/daily.yml | redshift */
WITH events AS (
  SELECT
    customer_id,
    amount,
    CAST(
      CASE
        WHEN order_date
            ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
          AND TRY_CAST(order_date AS TIMESTAMP WITH TIME ZONE) IS NOT NULL
          THEN TRY_CAST(order_date AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC'
      END AS DATE
    ) AS order_date_day
  FROM source_orders
  WHERE customer_id IS NOT NULL
    AND CAST(
      CASE
        WHEN order_date
            ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
          AND TRY_CAST(order_date AS TIMESTAMP WITH TIME ZONE) IS NOT NULL
          THEN TRY_CAST(order_date AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC'
      END AS DATE
    )
      IS NOT NULL
)
SELECT
  customer_id,
  order_date_day AS order_date,
  SUM(amount) AS "amount_sum"
FROM events
GROUP BY customer_id, order_date_day
;

/* second_order_aggregation.as_of_scores | seeknal/as_of_scores.yml | redshift */
WITH spine AS (
  /* the pairs of source.orders to compute features for */
  SELECT DISTINCT
    customer_id AS spine_customer_id,
    CAST(
      CASE
        WHEN scored_at
            ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
          AND TRY_CAST(scored_at AS TIMESTAMP WITH TIME ZONE) IS NOT NULL
          THEN TRY_CAST(scored_at AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC'
      END AS DATE
    ) AS spine_scored_at
  FROM source_orders
  WHERE customer_id IS NOT NULL
    AND CAST(
      CASE
        WHEN scored_at
            ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
          AND TRY_CAST(scored_at AS TIMESTAMP WITH TIME ZONE) IS NOT NULL
          THEN TRY_CAST(scored_at AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC'
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
        WHEN order_date
            ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
          AND TRY_CAST(order_date AS TIMESTAMP WITH TIME ZONE) IS NOT NULL
          THEN TRY_CAST(order_date AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC'
      END AS DATE
    ) AS order_date_day
  FROM source_orders
  WHERE customer_id IS NOT NULL
    AND CAST(
      CASE
        WHEN order_date
            ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
          AND TRY_CAST(order_date AS TIMESTAMP WITH TIME ZONE) IS NOT NULL
          THEN TRY_CAST(order_date AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC'
      END AS DATE
    )
      IS NOT NULL
),
past_events AS (
  SELECT
    spine.spine_customer_id,
    spine.spine_scored_at,
    events.amount,
    DATEDIFF(DAY, events.order_date_day, spine.spine_scored_at) AS days
  FROM spine
  LEFT JOIN events
    ON events.customer_id = spine.spine_customer_id AND events.order_date_day <= spine.spine_scored_at
)
SELECT
  spine_customer_id AS customer_id,
  spine_scored_at AS scored_at,
  SUM(amount) AS "amount_SUM"
FROM past_events
GROUP BY spine_customer_id, spine_scored_at
;

/* second_order_aggregation.trend | seeknal/trend.yml | redshift */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    CASE
      WHEN order_date
          ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
        AND TRY_CAST(order_date AS TIMESTAMP WITH TIME ZONE) IS NOT NULL
        THEN TRY_CAST(order_date AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC'
    END AS order_date_at,
    DATEDIFF(
      DAY,
      CAST(CASE
        WHEN order_date ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
        AND TRY_CAST(order_date AS TIMESTAMP WITH TIME ZONE) IS NOT NULL
        THEN TRY_CAST(order_date AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC'
      END AS DATE),
      CAST(CASE
        WHEN application_date ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
        AND TRY_CAST(application_date AS TIMESTAMP WITH TIME ZONE) IS NOT NULL
        THEN TRY_CAST(application_date AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC'
      END AS DATE)
    ) AS days,
    CASE
      WHEN CAST(
        CASE
          WHEN order_date
              ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
            AND TRY_CAST(order_date AS TIMESTAMP WITH TIME ZONE) IS NOT NULL
            THEN TRY_CAST(order_date AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC'
        END AS DATE
      )
        <= CAST(
          CASE
            WHEN application_date
                ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'
              AND TRY_CAST(application_date AS TIMESTAMP WITH TIME ZONE) IS NOT NULL
              THEN TRY_CAST(application_date AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC'
          END AS DATE
        )
        THEN amount
    END AS past_amount
  FROM source_orders
  WHERE customer_id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    MAX(CASE WHEN past_amount IS NOT NULL THEN order_date_at END) OVER (PARTITION BY customer_id) AS amount_last_time
  FROM events
)
SELECT
  customer_id,
  SUM(past_amount) AS "amount_SUM",
  MAX(CASE WHEN past_amount IS NOT NULL AND order_date_at = amount_last_time THEN past_amount END) AS "amount_LAST",
  /* week: window [0, 6] */
  SUM(CASE WHEN days <= 6 THEN past_amount END) AS "amount_SUM_0_6"
FROM events_prepared
GROUP BY customer_id
;

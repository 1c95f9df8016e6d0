/* aggregation.daily | seeknal/daily.yml | clickhouse */
WITH events AS (
  SELECT
    customer_id,
    amount,
    toDate32(
      CASE
        WHEN match(
          order_date,
          '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$'
        )
          THEN parseDateTime64BestEffortOrNull(order_date, 6, 'UTC')
      END
    ) AS order_date_day
  FROM source_orders
  WHERE customer_id IS NOT NULL
    AND toDate32(
      CASE
        WHEN match(
          order_date,
          '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$'
        )
          THEN parseDateTime64BestEffortOrNull(order_date, 6, 'UTC')
      END
    )
      IS NOT NULL
)
SELECT
  customer_id,
  order_date_day AS order_date,
  SUM(amount) AS "amount_sum"
FROM events
GROUP BY customer_id, order_date_day
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* second_order_aggregation.as_of_scores | seeknal/as_of_scores.yml | clickhouse */
WITH spine AS (
  /* the pairs of source.orders to compute features for */
  SELECT DISTINCT
    customer_id AS spine_customer_id,
    toDate32(
      CASE
        WHEN match(
          scored_at,
          '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$'
        )
          THEN parseDateTime64BestEffortOrNull(scored_at, 6, 'UTC')
      END
    ) AS spine_scored_at
  FROM source_orders
  WHERE customer_id IS NOT NULL
    AND toDate32(
      CASE
        WHEN match(
          scored_at,
          '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$'
        )
          THEN parseDateTime64BestEffortOrNull(scored_at, 6, 'UTC')
      END
    )
      IS NOT NULL
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
          THEN parseDateTime64BestEffortOrNull(order_date, 6, 'UTC')
      END
    ) AS order_date_day
  FROM source_orders
  WHERE customer_id IS NOT NULL
    AND toDate32(
      CASE
        WHEN match(
          order_date,
          '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$'
        )
          THEN parseDateTime64BestEffortOrNull(order_date, 6, 'UTC')
      END
    )
      IS NOT NULL
),
past_events AS (
  SELECT
    spine.spine_customer_id AS spine_customer_id,
    spine.spine_scored_at AS spine_scored_at,
    events.amount AS amount,
    dateDiff('day', events.order_date_day, spine.spine_scored_at) AS days
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
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* second_order_aggregation.trend | seeknal/trend.yml | clickhouse */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    CASE
      WHEN match(
        order_date,
        '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$'
      )
        THEN parseDateTime64BestEffortOrNull(order_date, 6, 'UTC')
    END AS order_date_at,
    dateDiff(
      'day',
      toDate32(
        CASE
          WHEN match(
            order_date,
            '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$'
          )
            THEN parseDateTime64BestEffortOrNull(order_date, 6, 'UTC')
        END
      ),
      toDate32(
        CASE
          WHEN match(
            application_date,
            '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$'
          )
            THEN parseDateTime64BestEffortOrNull(application_date, 6, 'UTC')
        END
      )
    ) AS days,
    CASE
      WHEN toDate32(
        CASE
          WHEN match(
            order_date,
            '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$'
          )
            THEN parseDateTime64BestEffortOrNull(order_date, 6, 'UTC')
        END
      )
        <= toDate32(
          CASE
            WHEN match(
              application_date,
              '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$'
            )
              THEN parseDateTime64BestEffortOrNull(application_date, 6, 'UTC')
          END
        )
        THEN amount
    END AS past_amount
  FROM source_orders
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  SUM(past_amount) AS "amount_SUM",
  argMaxIf(
    past_amount,
    tuple(order_date_at, past_amount),
    past_amount IS NOT NULL AND order_date_at IS NOT NULL
  ) AS "amount_LAST",
  /* week: window [0, 6] */
  SUM(CASE WHEN days <= 6 THEN past_amount END) AS "amount_SUM_0_6"
FROM events
GROUP BY customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

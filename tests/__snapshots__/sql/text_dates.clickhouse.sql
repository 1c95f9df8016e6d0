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
          THEN parseDateTime64BestEffort(order_date, 6, 'UTC')
        WHEN throwIf(order_date IS NOT NULL, 'a text is no ISO time') THEN NULL
      END
    ) AS order_date_day
  FROM source_orders
  WHERE customer_id IS NOT NULL AND order_date IS NOT NULL
)
SELECT
  customer_id,
  order_date_day AS order_date,
  SUM(amount) AS "amount_sum"
FROM events
GROUP BY customer_id, order_date_day
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
        THEN parseDateTime64BestEffort(order_date, 6, 'UTC')
      WHEN throwIf(order_date IS NOT NULL, 'a text is no ISO time') THEN NULL
    END AS order_date_at,
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
      toDate32(
        CASE
          WHEN match(
            application_date,
            '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$'
          )
            THEN parseDateTime64BestEffort(application_date, 6, 'UTC')
          WHEN throwIf(application_date IS NOT NULL, 'a text is no ISO time') THEN NULL
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
            THEN parseDateTime64BestEffort(order_date, 6, 'UTC')
          WHEN throwIf(order_date IS NOT NULL, 'a text is no ISO time') THEN NULL
        END
      )
        <= toDate32(
          CASE
            WHEN match(
              application_date,
              '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$'
            )
              THEN parseDateTime64BestEffort(application_date, 6, 'UTC')
            WHEN throwIf(application_date IS NOT NULL, 'a text is no ISO time') THEN NULL
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

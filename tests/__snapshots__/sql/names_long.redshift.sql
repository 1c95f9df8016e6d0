/* second_order_aggregation.totals | seeknal/totals.yml | redshift */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    the_amount_of_the_order_in_the_currency_of_the_customer_without,
    DATEDIFF(DAY, order_date, application_date) AS days,
    CASE
      WHEN order_date <= application_date
        THEN the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes
    END AS past_the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes
  FROM source_a_source_whose_name_alone_is_already_longer_than_sixty_three_bytes
  WHERE customer_id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY customer_id
      ORDER BY CASE WHEN past_the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes IS NOT NULL THEN 0 ELSE 1 END, past_the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes
    ) AS feature_2_rank,
    COUNT(past_the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes) OVER (
      PARTITION BY customer_id
    ) AS feature_2_count
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    ABS(feature_2_rank - 1 - CAST(0.5 AS DOUBLE PRECISION) * (feature_2_count - 1)) AS feature_2_distance
  FROM events_prepared
)
SELECT
  customer_id,
  SUM(past_the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes) AS "the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes_SUM",
  SUM(
    CASE
      WHEN past_the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes IS NOT NULL
        AND feature_2_distance < 1
        THEN CAST(
          past_the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes AS DOUBLE PRECISION
        )
          * (1 - feature_2_distance)
    END
  ) AS "the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes_MEDIAN",
  /* untaxed: ratio [0, 6] to [7, 13] */
  CAST(
    SUM(
      CASE
        WHEN days BETWEEN 0 AND 6
          THEN the_amount_of_the_order_in_the_currency_of_the_customer_without
      END
    ) AS DOUBLE PRECISION
  )
    / NULLIF(
      SUM(
        CASE
          WHEN days BETWEEN 7 AND 13
            THEN the_amount_of_the_order_in_the_currency_of_the_customer_without
        END
      ),
      0
    ) AS "the_amount_of_the_order_in_the_currency_of_the_customer_without_SUM0_6_SUM7_13"
FROM events_prepared_2
GROUP BY customer_id
;

/* transform.clean | seeknal/clean.yml | redshift */
SELECT
  customer_id,
  order_date,
  application_date,
  the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes
    - the_amount_of_the_order_in_the_currency_of_the_customer_without AS the_amount_of_the_taxes_in_the_currency_of_the_customer_rounded_up
FROM source_a_source_whose_name_alone_is_already_longer_than_sixty_three_bytes
;

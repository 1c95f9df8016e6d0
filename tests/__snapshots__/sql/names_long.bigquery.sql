/* second_order_aggregation.totals | seeknal/totals.yml | bigquery */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    the_amount_of_the_order_in_the_currency_of_the_customer_without,
    DATE_DIFF(application_date, order_date, DAY) AS days,
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
    PERCENTILE_CONT(
      CAST(
        past_the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes AS FLOAT64
      ),
      0.5
    ) OVER (
      PARTITION BY customer_id
    ) AS feature_2_median
  FROM events
)
SELECT
  customer_id,
  SUM(past_the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes) AS `the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes_SUM`,
  MAX(feature_2_median) AS `the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes_MEDIAN`,
  /* untaxed: ratio [0, 6] to [7, 13] */
  SUM(
    CASE
      WHEN days BETWEEN 0 AND 6
        THEN the_amount_of_the_order_in_the_currency_of_the_customer_without
    END
  )
    / NULLIF(
      SUM(
        CASE
          WHEN days BETWEEN 7 AND 13
            THEN the_amount_of_the_order_in_the_currency_of_the_customer_without
        END
      ),
      0
    ) AS `the_amount_of_the_order_in_the_currency_of_the_customer_without_SUM0_6_SUM7_13`
FROM events_prepared
GROUP BY customer_id
;

/* transform.clean | seeknal/clean.yml | bigquery */
SELECT
  customer_id,
  order_date,
  application_date,
  the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes
    - the_amount_of_the_order_in_the_currency_of_the_customer_without AS the_amount_of_the_taxes_in_the_currency_of_the_customer_rounded_up
FROM source_a_source_whose_name_alone_is_already_longer_than_sixty_three_bytes
;

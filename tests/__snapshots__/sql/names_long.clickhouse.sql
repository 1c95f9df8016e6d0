/* second_order_aggregation.totals | seeknal/totals.yml | clickhouse */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    the_amount_of_the_order_in_the_currency_of_the_customer_without,
    dateDiff('day', order_date, application_date) AS days,
    CASE
      WHEN order_date <= application_date
        THEN the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes
    END AS past_the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes
  FROM source_a_source_whose_name_alone_is_already_longer_than_sixty_three_bytes
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  SUM(past_the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes) AS "the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes_SUM",
  quantileExactInclusive(0.5)(CAST(past_the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes AS Nullable(Float64))) AS "the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes_MEDIAN",
  /* untaxed: ratio [0, 6] to [7, 13] */
  SUM(
    CASE
      WHEN days BETWEEN 0 AND 6
        THEN the_amount_of_the_order_in_the_currency_of_the_customer_without
    END
  )
    / nullIf(
      SUM(
        CASE
          WHEN days BETWEEN 7 AND 13
            THEN the_amount_of_the_order_in_the_currency_of_the_customer_without
        END
      ),
      0
    ) AS "the_amount_of_the_order_in_the_currency_of_the_customer_without_SUM0_6_SUM7_13"
FROM events
GROUP BY customer_id
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.clean | seeknal/clean.yml | clickhouse */
SELECT
  customer_id,
  order_date,
  application_date,
  the_amount_of_the_order_in_the_currency_of_the_customer_with_taxes
    - the_amount_of_the_order_in_the_currency_of_the_customer_without AS the_amount_of_the_taxes_in_the_currency_of_the_customer_rounded_up
FROM source_a_source_whose_name_alone_is_already_longer_than_sixty_three_bytes
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* second_order_aggregation.both | seeknal/both.yml | redshift */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    amount,
    pieces,
    DATEDIFF(DAY, order_date, application_date) AS days
  FROM source_daily
  WHERE customer_id IS NOT NULL
)
SELECT
  customer_id,
  /* week: window [0, 6] */
  SUM(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS "amount_SUM_0_6",
  CAST(SUM(CAST(CASE WHEN days BETWEEN 0 AND 6 THEN pieces END AS DECIMAL(38, 0))) AS BIGINT) AS "pieces_SUM_0_6",
  /* week: ratio [0, 6] to [7, 13] */
  CAST(SUM(CASE WHEN days BETWEEN 0 AND 6 THEN amount END) AS DOUBLE PRECISION)
    / NULLIF(SUM(CASE WHEN days BETWEEN 7 AND 13 THEN amount END), 0) AS "amount_SUM0_6_SUM7_13",
  CAST(
    CAST(SUM(CAST(CASE WHEN days BETWEEN 0 AND 6 THEN pieces END AS DECIMAL(38, 0))) AS BIGINT) AS DOUBLE PRECISION
  )
    / NULLIF(
      CAST(
        CAST(
          SUM(CAST(CASE WHEN days BETWEEN 7 AND 13 THEN pieces END AS DECIMAL(38, 0))) AS BIGINT
        ) AS DOUBLE PRECISION
      ),
      0
    ) AS "pieces_SUM0_6_SUM7_13"
FROM events
GROUP BY customer_id
;

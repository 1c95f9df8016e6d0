/* aggregation.trend | seeknal/trend.yml | snowflake */
WITH events AS (
  /* days: whole days from order_date back from application_date; below 0 is the future and never counts */
  SELECT
    customer_id,
    quantity,
    application_date,
    DATEDIFF(DAY, order_date, application_date) AS days
  FROM source_orders
  WHERE customer_id IS NOT NULL AND application_date IS NOT NULL
)
SELECT
  customer_id,
  application_date,
  /* pieces: the last 7 days to the last 30 */
  CAST(
    CAST(SUM(CAST(CASE WHEN days BETWEEN 0 AND 6 THEN quantity END AS DECIMAL(38, 0))) AS BIGINT) AS DOUBLE
  )
    / NULLIF(
      CAST(
        CAST(
          SUM(CAST(CASE WHEN days BETWEEN 0 AND 29 THEN quantity END AS DECIMAL(38, 0))) AS BIGINT
        ) AS DOUBLE
      ),
      0
    ) AS "pieces_sum_ratio_7d_30d",
  CAST(COUNT(CASE WHEN days BETWEEN 0 AND 6 THEN quantity END) AS DOUBLE)
    / NULLIF(CAST(COUNT(CASE WHEN days BETWEEN 0 AND 29 THEN quantity END) AS DOUBLE), 0) AS "pieces_count_ratio_7d_30d",
  /* pieces: the last 14 days to the last 30 */
  CAST(
    CAST(SUM(CAST(CASE WHEN days BETWEEN 0 AND 13 THEN quantity END AS DECIMAL(38, 0))) AS BIGINT) AS DOUBLE
  )
    / NULLIF(
      CAST(
        CAST(
          SUM(CAST(CASE WHEN days BETWEEN 0 AND 29 THEN quantity END AS DECIMAL(38, 0))) AS BIGINT
        ) AS DOUBLE
      ),
      0
    ) AS "pieces_sum_ratio_14d_30d",
  CAST(COUNT(CASE WHEN days BETWEEN 0 AND 13 THEN quantity END) AS DOUBLE)
    / NULLIF(CAST(COUNT(CASE WHEN days BETWEEN 0 AND 29 THEN quantity END) AS DOUBLE), 0) AS "pieces_count_ratio_14d_30d"
FROM events
GROUP BY customer_id, application_date
;

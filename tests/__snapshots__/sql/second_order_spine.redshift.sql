/* second_order_aggregation.as_of_labels | seeknal/as_of_labels.yml | redshift */
WITH spine AS (
  /* the pairs of source.labels to compute features for */
  SELECT DISTINCT
    customer AS spine_customer,
    CAST(scored_at AS DATE) AS spine_scored_at
  FROM source_labels
  WHERE customer IS NOT NULL AND scored_at IS NOT NULL
),
events AS (
  SELECT customer_id, amount, status, order_date
  FROM source_daily
  WHERE customer_id IS NOT NULL AND order_date IS NOT NULL
),
past_events AS (
  /* days: whole days from order_date back from scored_at; below 0 is the future and never counts */
  SELECT
    spine.spine_customer,
    spine.spine_scored_at,
    events.amount,
    events.status,
    events.order_date,
    DATEDIFF(DAY, events.order_date, spine.spine_scored_at) AS days
  FROM spine
  LEFT JOIN events
    ON events.customer_id = spine.spine_customer AND events.order_date <= spine.spine_scored_at
),
past_events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    MAX(CASE WHEN amount IS NOT NULL THEN order_date END) OVER (
      PARTITION BY spine_customer, spine_scored_at
    ) AS amount_last_time,
    ROW_NUMBER() OVER (
      PARTITION BY spine_customer, spine_scored_at
      ORDER BY CASE WHEN amount IS NOT NULL THEN 0 ELSE 1 END, amount
    ) AS amount_median_rank,
    COUNT(amount) OVER (PARTITION BY spine_customer, spine_scored_at) AS amount_median_count
  FROM past_events
),
past_events_prepared_2 AS (
  SELECT
    *,
    ABS(amount_median_rank - 1 - CAST(0.5 AS DOUBLE PRECISION) * (amount_median_count - 1)) AS amount_median_distance
  FROM past_events_prepared
)
SELECT
  spine_customer AS customer,
  spine_scored_at AS scored_at,
  SUM(amount) AS "amount_SUM",
  COUNT(amount) AS "amount_COUNT",
  MAX(CASE WHEN amount IS NOT NULL AND order_date = amount_last_time THEN amount END) AS "amount_LAST",
  SUM(
    CASE
      WHEN amount IS NOT NULL AND amount_median_distance < 1
        THEN CAST(amount AS DOUBLE PRECISION) * (1 - amount_median_distance)
    END
  ) AS "amount_MEDIAN",
  COUNT(CASE WHEN days >= 0 THEN 1 END) AS "amount_COUNT_ROWS",
  MIN(CASE WHEN days >= 0 THEN days END) AS "amount_DAYS_SINCE_LAST",
  /* week: window [1, 7] */
  SUM(CASE WHEN days BETWEEN 1 AND 7 THEN amount END) AS "amount_SUM_1_7",
  COUNT(CASE WHEN days BETWEEN 1 AND 7 THEN 1 END) AS "amount_COUNT_ROWS_1_7",
  /* trend: ratio [0, 6] to [7, 13] */
  CAST(SUM(CASE WHEN days <= 6 THEN amount END) AS DOUBLE PRECISION)
    / NULLIF(SUM(CASE WHEN days BETWEEN 7 AND 13 THEN amount END), 0) AS "amount_SUM0_6_SUM7_13",
  /* paid: since status = 'paid' */
  COUNT(CASE WHEN status = 'paid' THEN amount END) AS "SINCE_COUNT_amount_GEO_D"
FROM past_events_prepared_2
GROUP BY spine_customer, spine_scored_at
;

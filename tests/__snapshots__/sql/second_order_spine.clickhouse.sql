/* second_order_aggregation.as_of_labels | seeknal/as_of_labels.yml | clickhouse */
WITH spine AS (
  /* the pairs of source.labels to compute features for */
  SELECT DISTINCT
    customer AS spine_customer,
    toDate32(scored_at) AS spine_scored_at
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
    spine.spine_customer AS spine_customer,
    spine.spine_scored_at AS spine_scored_at,
    events.amount AS amount,
    events.status AS status,
    events.order_date AS order_date,
    dateDiff('day', events.order_date, spine.spine_scored_at) AS days
  FROM spine
  LEFT JOIN events
    ON events.customer_id = spine.spine_customer AND events.order_date <= spine.spine_scored_at
)
SELECT
  spine_customer AS customer,
  spine_scored_at AS scored_at,
  SUM(amount) AS "amount_SUM",
  toInt64(COUNT(amount)) AS "amount_COUNT",
  argMaxIf(amount, tuple(order_date, amount), amount IS NOT NULL AND order_date IS NOT NULL) AS "amount_LAST",
  quantileExactInclusive(0.5)(CAST(amount AS Nullable(Float64))) AS "amount_MEDIAN",
  toInt64(COUNT(CASE WHEN days >= 0 THEN 1 END)) AS "amount_COUNT_ROWS",
  MIN(CASE WHEN days >= 0 THEN days END) AS "amount_DAYS_SINCE_LAST",
  /* week: window [1, 7] */
  SUM(CASE WHEN days BETWEEN 1 AND 7 THEN amount END) AS "amount_SUM_1_7",
  toInt64(COUNT(CASE WHEN days BETWEEN 1 AND 7 THEN 1 END)) AS "amount_COUNT_ROWS_1_7",
  /* trend: ratio [0, 6] to [7, 13] */
  SUM(CASE WHEN days <= 6 THEN amount END)
    / nullIf(SUM(CASE WHEN days BETWEEN 7 AND 13 THEN amount END), 0) AS "amount_SUM0_6_SUM7_13",
  /* paid: since status = 'paid' */
  toInt64(COUNT(CASE WHEN status = 'paid' THEN amount END)) AS "SINCE_COUNT_amount_GEO_D"
FROM past_events
GROUP BY spine_customer, spine_scored_at
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

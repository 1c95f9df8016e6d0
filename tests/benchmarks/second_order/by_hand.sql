/* The peer: the fastest form of the same features found by hand for DuckDB 2.0. Values of future
   orders are dropped once, windows that begin at day 0 need one comparison, all is one GROUP BY.
   Slower: FILTER, the test in every aggregate, WHERE and a join that brings the ids back, sums of
   disjoint days added up. 7 % faster, with 1.6 times the memory: sums by id and day range first. */
COPY (
  WITH dated AS (
    SELECT customer_id, amount, items, application_date - order_date AS days
    FROM read_parquet('$orders')
    WHERE customer_id IS NOT NULL
  ),
  past AS (
    SELECT
      customer_id,
      days,
      CASE WHEN days >= 0 THEN amount END AS amount,
      CASE WHEN days >= 0 THEN items END AS items
    FROM dated
  )
  SELECT
    customer_id,
    SUM(amount) AS "amount_SUM",
    AVG(amount) AS "amount_MEAN",
    MAX(amount) AS "amount_MAX",
    STDDEV_SAMP(amount) AS "amount_STDDEV",
    SUM(CASE WHEN days <= 6 THEN amount END) AS "amount_SUM_0_6",
    SUM(CASE WHEN days <= 29 THEN amount END) AS "amount_SUM_0_29",
    SUM(CASE WHEN days <= 89 THEN amount END) AS "amount_SUM_0_89",
    SUM(CASE WHEN days <= 6 THEN amount END)
      / NULLIF(SUM(CASE WHEN days <= 29 THEN amount END), 0) AS "amount_SUM0_6_SUM0_29",
    SUM(CASE WHEN days <= 29 THEN amount END)
      / NULLIF(SUM(CASE WHEN days BETWEEN 30 AND 89 THEN amount END), 0)
      AS "amount_SUM0_29_SUM30_89",
    CAST(SUM(items) AS BIGINT) AS "items_SUM",
    AVG(items) AS "items_MEAN",
    MAX(items) AS "items_MAX",
    STDDEV_SAMP(items) AS "items_STDDEV",
    CAST(SUM(CASE WHEN days <= 6 THEN items END) AS BIGINT) AS "items_SUM_0_6",
    CAST(SUM(CASE WHEN days <= 29 THEN items END) AS BIGINT) AS "items_SUM_0_29",
    CAST(SUM(CASE WHEN days <= 89 THEN items END) AS BIGINT) AS "items_SUM_0_89",
    SUM(CASE WHEN days <= 6 THEN items END)
      / NULLIF(SUM(CASE WHEN days <= 29 THEN items END), 0) AS "items_SUM0_6_SUM0_29",
    SUM(CASE WHEN days <= 29 THEN items END)
      / NULLIF(SUM(CASE WHEN days BETWEEN 30 AND 89 THEN items END), 0)
      AS "items_SUM0_29_SUM30_89"
  FROM past
  GROUP BY customer_id
) TO '$result' (FORMAT parquet)

/* The data: $rows orders of $ids customers over 206 days, 6 of them after the application date.
   Values come from hashes of the row number, so every machine makes the same file. One in a
   thousand ids and dates is NULL, one in a hundred amounts and items. */
COPY (
  WITH numbered AS (
    SELECT
      CAST(hash(i * 7 + 1) % $ids AS BIGINT) AS customer_id,
      hash(i * 13 + 5) AS day_hash,
      hash(i * 17 + 3) AS amount_hash,
      hash(i * 29 + 11) AS items_hash
    FROM range($rows) AS numbers(i)
  ),
  dated AS (
    SELECT *, DATE '2026-06-01' + CAST(hash(customer_id + 99) % 30 AS INTEGER) AS application_date
    FROM numbered
  )
  SELECT
    CASE WHEN items_hash % 1000 > 0 THEN customer_id END AS customer_id,
    CASE WHEN day_hash % 1000 > 0
      THEN application_date + 6 - CAST(day_hash // 1000 % 206 AS INTEGER)
    END AS order_date,
    application_date,
    CASE WHEN amount_hash % 100 > 0
      THEN CAST(amount_hash // 100 % 1000000 AS DOUBLE) / 100
    END AS amount,
    CASE WHEN items_hash % 100 <> 1 THEN CAST(items_hash // 1000 % 50 AS BIGINT) END AS items
  FROM dated
) TO '$file' (FORMAT parquet)

/* The moments: $rows times of $keys keys over the same year, in no order. */
COPY (
  SELECT
    i AS spine_id,
    CAST(hash(i * 37 + 17) % $keys AS BIGINT) AS k,
    TIMESTAMP '2025-01-01'
      + to_microseconds(CAST(hash(i * 41 + 19) % 31536000000000 AS BIGINT)) AS t,
    hash(i * 43 + 23) % 10 = 0 AS label
  FROM range($rows) AS numbers(i)
) TO '$file' (FORMAT parquet)

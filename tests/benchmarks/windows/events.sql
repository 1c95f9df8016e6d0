/* The data: $rows amounts of $keys keys over a year, in no order. Keys are even, or where $zipf is
   TRUE the n-th key has about 1/n of the rows of the first. Values come from hashes of the row
   number, so every machine makes the same file. */
COPY (
  SELECT
    CAST(
      CASE WHEN $zipf
        THEN floor(pow($keys, CAST(hash(i * 7 + 1) % 1000000000 AS DOUBLE) / 1000000000))
        ELSE hash(i * 7 + 1) % $keys
      END AS BIGINT
    ) AS k,
    TIMESTAMP '2025-01-01'
      + to_microseconds(CAST(hash(i * 13 + 5) % 31536000000000 AS BIGINT)) AS ts,
    CAST(hash(i * 17 + 3) % 1000 AS BIGINT) AS amount
  FROM range($rows) AS numbers(i)
) TO '$file' (FORMAT parquet)

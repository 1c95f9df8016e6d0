/* The data: $rows scores of $keys keys over a year, in no order, each key and time once. Where
   $tied is above 0, every $tied-th row takes the key and time of the next: 2 in $tied rows then
   share theirs. Values come from hashes of the row number, so every machine makes the same file. */
COPY (
  WITH numbered AS (
    SELECT i, CASE WHEN $tied > 0 AND i % greatest($tied, 1) = 0 THEN i + 1 ELSE i END AS twin
    FROM range($rows) AS numbers(i)
  )
  SELECT
    CAST(hash(twin * 7 + 1) % $keys AS BIGINT) AS k,
    TIMESTAMP '2025-01-01'
      + to_microseconds(CAST(hash(twin * 13 + 5) % 31536000000000 AS BIGINT)) AS ts,
    CAST(hash(i * 17 + 3) % 1000 AS BIGINT) AS version,
    CAST(hash(i * 29 + 11) % 1000000 AS DOUBLE) / 1000000 AS score,
    CAST(hash(i * 31 + 13) % 5 AS BIGINT) AS tier
  FROM numbered
) TO '$file' (FORMAT parquet)

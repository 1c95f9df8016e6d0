/* The moments: $rows times of the same keys over the same year, spread over them like the events. */
COPY (
  SELECT
    i AS spine_id,
    CAST(
      CASE WHEN $zipf
        THEN floor(pow($keys, CAST(hash(i * 37 + 17) % 1000000000 AS DOUBLE) / 1000000000))
        ELSE hash(i * 37 + 17) % $keys
      END AS BIGINT
    ) AS k,
    TIMESTAMP '2025-01-01'
      + to_microseconds(CAST(hash(i * 41 + 19) % 31536000000000 AS BIGINT)) AS t
  FROM range($rows) AS numbers(i)
) TO '$file' (FORMAT parquet)

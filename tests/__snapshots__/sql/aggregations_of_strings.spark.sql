/* second_order_aggregation.every | seeknal/every.yml | spark */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    x,
    `at`,
    DATEDIFF(as_of, `at`) AS days,
    CASE WHEN `at` <= as_of THEN x END AS past_x
  FROM source_values
  WHERE id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    COUNT(past_x) OVER (PARTITION BY id, past_x) AS x_entropy_count,
    COUNT(past_x) OVER (PARTITION BY id) AS x_entropy_total
  FROM events
)
SELECT
  id,
  COUNT(past_x) AS `x_COUNT`,
  COUNT(DISTINCT past_x) AS `x_COUNT_DISTINCT`,
  MIN(past_x) AS `x_MIN`,
  MAX(past_x) AS `x_MAX`,
  MODE(past_x, TRUE) AS `x_MODE`,
  MAX_BY(
    past_x,
    CASE
      WHEN past_x IS NOT NULL AND `at` IS NOT NULL
        THEN STRUCT(-UNIX_MICROS(CAST(`at` AS TIMESTAMP)) AS age, past_x AS value)
    END
  ) AS `x_FIRST`,
  MAX_BY(
    past_x,
    CASE
      WHEN past_x IS NOT NULL AND `at` IS NOT NULL THEN STRUCT(`at` AS time, past_x AS value)
    END
  ) AS `x_LAST`,
  MAX_BY(
    past_x,
    CASE WHEN past_x IS NOT NULL AND x IS NOT NULL THEN STRUCT(x AS extreme, past_x AS value) END
  ) AS `x_ARG_MAX_X`,
  AVG(
    CASE
      WHEN past_x IS NOT NULL
        THEN LN(CAST(x_entropy_total AS DOUBLE) / CAST(x_entropy_count AS DOUBLE))
    END
  ) AS `x_ENTROPY`
FROM events_prepared
GROUP BY id
;

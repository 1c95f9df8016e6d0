/* second_order_aggregation.every | seeknal/every.yml | snowflake */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    "at",
    DATEDIFF(DAY, "at", as_of) AS days,
    CASE WHEN "at" <= as_of THEN x END AS past_x
  FROM source_values
  WHERE id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    COUNT(past_x) OVER (PARTITION BY id, past_x) AS x_mode_count,
    MIN(CASE WHEN past_x IS NOT NULL THEN "at" END) OVER (PARTITION BY id) AS x_first_time,
    MAX(CASE WHEN past_x IS NOT NULL THEN "at" END) OVER (PARTITION BY id) AS x_last_time,
    COUNT(past_x) OVER (PARTITION BY id, past_x) AS x_entropy_count,
    COUNT(past_x) OVER (PARTITION BY id) AS x_entropy_total
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    MAX(x_mode_count) OVER (PARTITION BY id) AS x_mode_most
  FROM events_prepared
)
SELECT
  id,
  MAX(CASE WHEN past_x THEN 1 WHEN NOT past_x THEN 0 END) = 1 AS "x_ANY_TRUE",
  MIN(CASE WHEN past_x THEN 1 WHEN NOT past_x THEN 0 END) = 1 AS "x_ALL_TRUE",
  COUNT(past_x) AS "x_COUNT",
  COUNT(DISTINCT past_x) AS "x_COUNT_DISTINCT",
  MIN(CASE WHEN past_x THEN 1 WHEN NOT past_x THEN 0 END) = 1 AS "x_MIN",
  MAX(CASE WHEN past_x THEN 1 WHEN NOT past_x THEN 0 END) = 1 AS "x_MAX",
  MIN(
    CASE
      WHEN past_x IS NOT NULL AND x_mode_count = x_mode_most
        THEN CASE WHEN past_x THEN 1 ELSE 0 END
    END
  )
    = 1 AS "x_MODE",
  MAX(
    CASE
      WHEN past_x IS NOT NULL AND "at" = x_first_time THEN CASE WHEN past_x THEN 1 ELSE 0 END
    END
  )
    = 1 AS "x_FIRST",
  MAX(
    CASE
      WHEN past_x IS NOT NULL AND "at" = x_last_time THEN CASE WHEN past_x THEN 1 ELSE 0 END
    END
  )
    = 1 AS "x_LAST",
  AVG(
    CASE
      WHEN past_x IS NOT NULL
        THEN LN(CAST(x_entropy_total AS DOUBLE) / CAST(x_entropy_count AS DOUBLE))
    END
  ) AS "x_ENTROPY"
FROM events_prepared_2
GROUP BY id
;

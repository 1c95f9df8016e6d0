/* second_order_aggregation.every | seeknal/every.yml | trino */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    x,
    "at",
    DATE_DIFF('DAY', "at", as_of) AS days,
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
    MAX(CASE WHEN past_x IS NOT NULL THEN x END) OVER (PARTITION BY id) AS x_arg_max_x_extreme,
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
  COUNT(past_x) AS "x_COUNT",
  COUNT(DISTINCT past_x) AS "x_COUNT_DISTINCT",
  MIN(past_x) AS "x_MIN",
  MAX(past_x) AS "x_MAX",
  MIN(CASE WHEN past_x IS NOT NULL AND x_mode_count = x_mode_most THEN past_x END) AS "x_MODE",
  MAX(CASE WHEN past_x IS NOT NULL AND "at" = x_first_time THEN past_x END) AS "x_FIRST",
  MAX(CASE WHEN past_x IS NOT NULL AND "at" = x_last_time THEN past_x END) AS "x_LAST",
  MAX(CASE WHEN past_x IS NOT NULL AND x = x_arg_max_x_extreme THEN past_x END) AS "x_ARG_MAX_X",
  AVG(
    CASE
      WHEN past_x IS NOT NULL
        THEN LN(CAST(x_entropy_total AS DOUBLE) / CAST(x_entropy_count AS DOUBLE))
    END
  ) AS "x_ENTROPY"
FROM events_prepared_2
GROUP BY id
;

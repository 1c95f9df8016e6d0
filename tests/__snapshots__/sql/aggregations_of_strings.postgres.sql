/* second_order_aggregation.every | seeknal/every.yml | postgres */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    x,
    "at",
    as_of - "at" AS days,
    CASE WHEN "at" <= as_of THEN x END AS past_x
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
  COUNT(past_x) AS "x_COUNT",
  COUNT(DISTINCT past_x) AS "x_COUNT_DISTINCT",
  MIN(past_x COLLATE "C") AS "x_MIN",
  MAX(past_x COLLATE "C") AS "x_MAX",
  MODE() WITHIN GROUP (ORDER BY past_x COLLATE "C") AS "x_MODE",
  (
    ARRAY_AGG(past_x ORDER BY "at", past_x COLLATE "C" DESC) FILTER(WHERE
      past_x IS NOT NULL AND "at" IS NOT NULL)
  )[1] AS "x_FIRST",
  (
    ARRAY_AGG(past_x ORDER BY "at" DESC, past_x COLLATE "C" DESC) FILTER(WHERE
      past_x IS NOT NULL AND "at" IS NOT NULL)
  )[1] AS "x_LAST",
  (
    ARRAY_AGG(past_x ORDER BY x COLLATE "C" DESC, past_x COLLATE "C" DESC) FILTER(WHERE
      past_x IS NOT NULL AND x IS NOT NULL)
  )[1] AS "x_ARG_MAX_X",
  AVG(
    CASE
      WHEN past_x IS NOT NULL
        THEN LN(
          CAST(x_entropy_total AS DOUBLE PRECISION)
            / CAST(x_entropy_count AS DOUBLE PRECISION)
        )
    END
  ) AS "x_ENTROPY"
FROM events_prepared
GROUP BY id
;

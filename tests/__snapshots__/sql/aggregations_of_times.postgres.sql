/* second_order_aggregation.every | seeknal/every.yml | postgres */
WITH events AS (
  /* days: whole days from at back from as_of; below 0 is the future and never counts */
  SELECT
    id,
    "day",
    "at",
    as_of - "at" AS days,
    CASE WHEN "at" <= as_of THEN "day" END AS past_day,
    CASE WHEN "at" <= as_of THEN "time" END AS past_time
  FROM source_values
  WHERE id IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    COUNT(past_day) OVER (PARTITION BY id, past_day) AS day_entropy_count,
    COUNT(past_day) OVER (PARTITION BY id) AS day_entropy_total
  FROM events
)
SELECT
  id,
  COUNT(DISTINCT past_day) AS "day_COUNT_DISTINCT",
  MIN(past_day) AS "day_MIN",
  MAX(past_day) AS "day_MAX",
  MODE() WITHIN GROUP (ORDER BY past_day) AS "day_MODE",
  (
    ARRAY_AGG(past_day ORDER BY "at", past_day DESC) FILTER(WHERE
      past_day IS NOT NULL AND "at" IS NOT NULL)
  )[1] AS "day_FIRST",
  AVG(
    CASE
      WHEN past_day IS NOT NULL
        THEN LN(
          CAST(day_entropy_total AS DOUBLE PRECISION)
            / CAST(day_entropy_count AS DOUBLE PRECISION)
        )
    END
  ) AS "day_ENTROPY",
  COUNT(DISTINCT past_time) AS "time_COUNT_DISTINCT",
  MIN(past_time) AS "time_MIN",
  MAX(past_time) AS "time_MAX",
  MODE() WITHIN GROUP (ORDER BY past_time) AS "time_MODE",
  (
    ARRAY_AGG(past_time ORDER BY "at" DESC, past_time DESC) FILTER(WHERE
      past_time IS NOT NULL AND "at" IS NOT NULL)
  )[1] AS "time_LAST",
  (
    ARRAY_AGG(past_time ORDER BY "day", past_time DESC) FILTER(WHERE
      past_time IS NOT NULL AND "day" IS NOT NULL)
  )[1] AS "time_ARG_MIN_DAY"
FROM events_prepared
GROUP BY id
;

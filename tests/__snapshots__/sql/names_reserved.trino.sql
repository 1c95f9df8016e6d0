/* transform.group | seeknal/group.yml | trino */
SELECT
  "user",
  "date",
  "timestamp",
  "select",
  "group",
  days,
  events
FROM source_order
;

/* aggregation.where | seeknal/where.yml | trino */
WITH events AS (
  SELECT "user", "group", "select", "date"
  FROM transform_group
  WHERE "user" IS NOT NULL AND "date" IS NOT NULL AND "group" IS NOT NULL
)
SELECT
  "user",
  "date",
  "group",
  SUM("select") AS "select_sum"
FROM events
GROUP BY "user", "date", "group"
;

/* second_order_aggregation.table | seeknal/table.yml | trino */
WITH events AS (
  /* days_: whole days from date back from timestamp; below 0 is the future and never counts */
  SELECT
    "user",
    days,
    "group",
    events,
    "date",
    DATE_DIFF('DAY', "date", "timestamp") AS days_,
    CASE WHEN "date" <= "timestamp" THEN "select" END AS past_select
  FROM transform_group
  WHERE "user" IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY "user"
      ORDER BY CASE WHEN past_select IS NOT NULL THEN 0 ELSE 1 END, past_select
    ) AS select_median_rank,
    COUNT(past_select) OVER (PARTITION BY "user") AS select_median_count,
    MAX(CASE WHEN days_ >= 0 AND events IS NOT NULL THEN "date" END) OVER (PARTITION BY "user") AS end_time
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    ABS(select_median_rank - 1 - CAST(0.5 AS DOUBLE) * (select_median_count - 1)) AS select_median_distance
  FROM events_prepared
)
SELECT
  "user",
  SUM(past_select) AS "select_SUM",
  SUM(
    CASE
      WHEN past_select IS NOT NULL AND select_median_distance < 1
        THEN CAST(past_select AS DOUBLE) * (1 - select_median_distance)
    END
  ) AS "select_MEDIAN",
  /* select: since "group" = 'x' AND days > 0 */
  COUNT(CASE WHEN "group" = 'x' AND days > 0 THEN past_select END) AS "SINCE_COUNT_select_GEO_D",
  /* days: window [0, 6] */
  CAST(SUM(CAST(CASE WHEN days_ BETWEEN 0 AND 6 THEN days END AS DECIMAL(38, 0))) AS BIGINT) AS "days_SUM_0_6",
  MAX(CASE WHEN days_ BETWEEN 0 AND 6 THEN days END) AS "days_MAX_0_6",
  MAX(CASE WHEN days_ >= 0 AND events IS NOT NULL AND "date" = end_time THEN events END) AS "end"
FROM events_prepared_2
GROUP BY "user"
;

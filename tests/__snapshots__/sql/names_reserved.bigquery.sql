/* transform.group | seeknal/group.yml | bigquery */
SELECT
  `user`,
  `date`,
  `timestamp`,
  `select`,
  `group`,
  days,
  events
FROM source_order
;

/* aggregation.where | seeknal/where.yml | bigquery */
WITH events AS (
  SELECT `user`, `group`, `select`, `date`
  FROM transform_group
  WHERE `user` IS NOT NULL AND `date` IS NOT NULL AND `group` IS NOT NULL
)
SELECT
  `user`,
  `date`,
  `group`,
  SUM(`select`) AS `select_sum`
FROM events
GROUP BY `user`, `date`, `group`
;

/* second_order_aggregation.table | seeknal/table.yml | bigquery */
WITH events AS (
  /* days_: whole days from date back from timestamp; below 0 is the future and never counts */
  SELECT
    `user`,
    days,
    `group`,
    events,
    `date`,
    DATE_DIFF(`timestamp`, `date`, DAY) AS days_,
    CASE WHEN `date` <= `timestamp` THEN `select` END AS past_select
  FROM transform_group
  WHERE `user` IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    PERCENTILE_CONT(CAST(past_select AS FLOAT64), 0.5) OVER (PARTITION BY `user`) AS select_median_median
  FROM events
)
SELECT
  `user`,
  SUM(past_select) AS `select_SUM`,
  MAX(select_median_median) AS `select_MEDIAN`,
  /* select: since "group" = 'x' AND days > 0 */
  COUNT(CASE WHEN `group` = 'x' AND days > 0 THEN past_select END) AS `SINCE_COUNT_select_GEO_D`,
  /* days: window [0, 6] */
  CAST(SUM(CAST(CASE WHEN days_ BETWEEN 0 AND 6 THEN days END AS NUMERIC)) AS INT64) AS `days_SUM_0_6`,
  MAX(CASE WHEN days_ BETWEEN 0 AND 6 THEN days END) AS `days_MAX_0_6`,
  ARRAY_AGG(
    CASE WHEN days_ >= 0 AND events IS NOT NULL AND `date` IS NOT NULL THEN events END IGNORE NULLS ORDER BY `date` DESC, events DESC
    LIMIT 1
  )[SAFE_OFFSET(0)] AS `end`
FROM events_prepared
GROUP BY `user`
;

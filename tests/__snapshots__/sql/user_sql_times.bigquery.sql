/* transform.times | seeknal/times.yml | bigquery */
SELECT
  row_id,
  CAST(started_at AS DATE) AS start_day,
  CAST(one_day AS DATETIME) AS midnight,
  DATE_ADD(one_day, INTERVAL 1 DAY) AS next_day,
  DATE_DIFF(one_day, CAST('2026-01-01' AS DATE), DAY) AS day_of_year,
  DATE_DIFF(CAST(ended_at AS DATE), CAST(started_at AS DATE), DAY) AS days,
  DATE_DIFF(CAST('2026-01-31' AS DATE), one_day, DAY) AS days_left,
  started_at + INTERVAL 2 HOUR AS two_hours_later,
  CAST(one_day AS DATETIME) + INTERVAL 1 MONTH AS next_month,
  CAST(CAST(one_day AS DATETIME) + INTERVAL 1 DAY AS DATE) AS tomorrow,
  DATETIME_TRUNC(started_at, MONTH) AS `month`,
  CAST(DATETIME_TRUNC(started_at, ISOWEEK) AS DATE) AS week,
  DATE(2026, 1, 31) AS last_of_january,
  DATETIME(2026, 1, 31, 12, 30, 1) + INTERVAL 500000 MICROSECOND AS half_past,
  REGEXP_REPLACE(CAST(started_at AS STRING), '([.][0-9]*[1-9])0+$', '\\1') AS spelt,
  started_at >= CAST('2026-01-01' AS DATETIME) AS this_year,
  CAST(one_day AS DATETIME) < ended_at AS `before`,
  GREATEST(
    COALESCE(one_day, CAST('2026-01-10' AS DATE)),
    COALESCE(CAST('2026-01-10' AS DATE), one_day)
  ) AS later
FROM source_moments
;

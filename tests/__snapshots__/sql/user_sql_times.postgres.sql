/* transform.times | seeknal/times.yml | postgres */
SELECT
  row_id,
  CAST(started_at AS DATE) AS start_day,
  CAST(one_day AS TIMESTAMP) AS midnight,
  one_day + 1 AS next_day,
  one_day - CAST('2026-01-01' AS DATE) AS day_of_year,
  (CAST(ended_at AS DATE) - CAST(started_at AS DATE)) AS days,
  (CAST('2026-01-31' AS DATE) - one_day) AS days_left,
  started_at + INTERVAL '2 HOUR' AS two_hours_later,
  one_day + INTERVAL '1 MONTH' AS next_month,
  CAST(one_day + INTERVAL '1 DAY' AS DATE) AS tomorrow,
  DATE_TRUNC('month', started_at) AS "month",
  CAST(DATE_TRUNC('week', started_at) AS DATE) AS week,
  MAKE_DATE(2026, 1, 31) AS last_of_january,
  MAKE_TIMESTAMP(2026, 1, 31, 12, 30, CAST(1.5 AS DOUBLE PRECISION)) AS half_past,
  CAST(started_at AS TEXT) AS spelt,
  started_at >= '2026-01-01' AS this_year,
  one_day < ended_at AS "before",
  GREATEST(one_day, CAST('2026-01-10' AS DATE)) AS later
FROM source_moments
;

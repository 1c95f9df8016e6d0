/* transform.times | seeknal/times.yml | datafusion */
SELECT
  row_id,
  CAST(started_at AS DATE) AS start_day,
  CAST(one_day AS TIMESTAMP(6)) AS midnight,
  one_day + 1 AS next_day,
  one_day - CAST('2026-01-01' AS DATE) AS day_of_year,
  (CAST(ended_at AS DATE) - CAST(started_at AS DATE)) AS days,
  (CAST('2026-01-31' AS DATE) - one_day) AS days_left,
  started_at + INTERVAL '2 HOUR' AS two_hours_later,
  CAST(one_day AS TIMESTAMP(6)) + INTERVAL '1 MONTH' AS next_month,
  CAST(CAST(one_day AS TIMESTAMP(6)) + INTERVAL '1 DAY' AS DATE) AS tomorrow,
  CAST(MAKE_DATE(EXTRACT(YEAR FROM started_at), EXTRACT(MONTH FROM started_at), 1) AS TIMESTAMP(6)) AS "month",
  CAST(
    CAST(CAST(started_at AS DATE) - (EXTRACT(ISODOW FROM started_at) - 1) AS TIMESTAMP(6)) AS DATE
  ) AS week,
  MAKE_DATE(2026, 1, 31) AS last_of_january,
  CAST('2026-01-31 12:30:01.500000' AS TIMESTAMP(6)) AS half_past,
  REGEXP_REPLACE(TO_CHAR(started_at, '%Y-%m-%d %H:%M:%S%.6f'), '[.]?0+$', '') AS spelt,
  started_at >= CAST('2026-01-01' AS TIMESTAMP(6)) AS this_year,
  CAST(one_day AS TIMESTAMP(6)) < ended_at AS "before",
  GREATEST(one_day, CAST('2026-01-10' AS DATE)) AS later
FROM source_moments
;

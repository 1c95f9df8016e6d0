/* transform.times | seeknal/times.yml | databricks */
SELECT
  row_id,
  CAST(started_at AS DATE) AS start_day,
  CAST(one_day AS TIMESTAMP_NTZ) AS midnight,
  DATE_ADD(one_day, 1) AS next_day,
  CAST(DATEDIFF(one_day, CAST('2026-01-01' AS DATE)) AS BIGINT) AS day_of_year,
  CAST(DATEDIFF(CAST(ended_at AS DATE), CAST(started_at AS DATE)) AS BIGINT) AS days,
  CAST(DATEDIFF(CAST('2026-01-31' AS DATE), one_day) AS BIGINT) AS days_left,
  started_at + INTERVAL '2' HOUR AS two_hours_later,
  CAST(one_day AS TIMESTAMP_NTZ) + INTERVAL '1' MONTH AS next_month,
  CAST(CAST(one_day AS TIMESTAMP_NTZ) + INTERVAL '1' DAY AS DATE) AS tomorrow,
  CAST(DATE_TRUNC('MONTH', started_at) AS TIMESTAMP_NTZ) AS `month`,
  CAST(CAST(DATE_TRUNC('WEEK', started_at) AS TIMESTAMP_NTZ) AS DATE) AS week,
  MAKE_DATE(2026, 1, 31) AS last_of_january,
  MAKE_TIMESTAMP_NTZ(2026, 1, 31, 12, 30, CAST(CAST(1.5 AS DOUBLE) AS DECIMAL(16, 6))) AS half_past,
  CAST(started_at AS STRING) AS spelt,
  started_at >= CAST('2026-01-01' AS TIMESTAMP_NTZ) AS this_year,
  CAST(one_day AS TIMESTAMP_NTZ) < ended_at AS `before`,
  GREATEST(one_day, CAST('2026-01-10' AS DATE)) AS later
FROM source_moments
;

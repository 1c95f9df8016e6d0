/* transform.times | seeknal/times.yml | clickhouse */
SELECT
  row_id,
  CAST(started_at AS Nullable(Date32)) AS start_day,
  CAST(one_day AS Nullable(DateTime64(6, 'UTC'))) AS midnight,
  addDays(one_day, 1) AS next_day,
  dateDiff('day', CAST('2026-01-01' AS Nullable(Date32)), one_day) AS day_of_year,
  dateDiff('day', CAST(started_at AS Nullable(Date32)), CAST(ended_at AS Nullable(Date32))) AS days,
  dateDiff('day', one_day, CAST('2026-01-31' AS Nullable(Date32))) AS days_left,
  started_at + INTERVAL '2' HOUR AS two_hours_later,
  CAST(one_day AS Nullable(DateTime64(6, 'UTC'))) + INTERVAL '1' MONTH AS next_month,
  CAST(CAST(one_day AS Nullable(DateTime64(6, 'UTC'))) + INTERVAL '1' DAY AS Nullable(Date32)) AS tomorrow,
  CAST(dateTrunc('month', toDate32(started_at)) AS Nullable(DateTime64(6, 'UTC'))) AS "month",
  CAST(
    CAST(dateTrunc('week', toDate32(started_at)) AS Nullable(DateTime64(6, 'UTC'))) AS Nullable(Date32)
  ) AS week,
  CAST('2026-01-31' AS Nullable(Date32)) AS last_of_january,
  CAST('2026-01-31 12:30:01.500000' AS Nullable(DateTime64(6, 'UTC'))) AS half_past,
  replaceRegexpOne(toString(started_at), '[.]?0+$', '') AS spelt,
  CAST(started_at >= CAST('2026-01-01' AS Nullable(DateTime64(6, 'UTC'))) AS Nullable(Bool)) AS this_year,
  CAST(CAST(one_day AS Nullable(DateTime64(6, 'UTC'))) < ended_at AS Nullable(Bool)) AS "before",
  GREATEST(
    COALESCE(one_day, CAST('2026-01-10' AS Nullable(Date32))),
    COALESCE(CAST('2026-01-10' AS Nullable(Date32)), one_day)
  ) AS later
FROM source_moments
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

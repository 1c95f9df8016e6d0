/* transform.distinct_on | seeknal/distinct_on.yml | clickhouse */
SELECT DISTINCT ON (i) i, row_id
FROM source_left_side
ORDER BY i, row_id DESC
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.except_and_intersect | seeknal/except_and_intersect.yml | clickhouse */
(
  SELECT i
  FROM source_left_side
  EXCEPT DISTINCT
  SELECT i
  FROM source_right_side
)
UNION ALL
(
  SELECT i
  FROM source_left_side
  INTERSECT DISTINCT
  SELECT i
  FROM source_right_side
)
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.first_rows | seeknal/first_rows.yml | clickhouse */
SELECT row_id, i
FROM source_left_side
ORDER BY i DESC, row_id
LIMIT 5
OFFSET 1
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.full_join | seeknal/full_join.yml | clickhouse */
SELECT
  l.row_id AS row_id,
  r.row_id AS other,
  l.s AS s
FROM source_left_side AS l
FULL JOIN source_right_side AS r ON l.row_id = r.i
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.grouped_by_place | seeknal/grouped_by_place.yml | clickhouse */
SELECT
  s AS text,
  CAST(COUNT(*) AS Nullable(Int64)) AS n
FROM source_left_side
GROUP BY 1
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.recursive | seeknal/recursive.yml | clickhouse */
WITH RECURSIVE steps AS (
  SELECT
    1 AS n
  UNION ALL
  SELECT
    accurateCast(toInt128(n) + 1, 'Nullable(Int64)')
  FROM steps
  WHERE n < 5
)
SELECT
  n,
  COALESCE(
    (
      SELECT
        CAST(COUNT(*) AS Nullable(Int64))
      FROM source_left_side AS input_0
      WHERE input_0.row_id < steps.n
    ),
    0
  ) AS below
FROM steps
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.subqueries | seeknal/subqueries.yml | clickhouse */
SELECT
  x.*,
  (SELECT MAX(i) FROM source_right_side AS input_1) AS "greatest"
FROM (
  SELECT row_id, i
  FROM source_left_side
) AS x
WHERE x.i IN (SELECT i FROM source_right_side AS input_1)
  AND NOT (
    (
      isNotDistinctFrom(x.i, 7) AND isNotDistinctFrom(x.row_id, 2)
    )
    OR (
      isNotDistinctFrom(x.i, 1) AND isNotDistinctFrom(x.row_id, 2)
    )
  )
  AND NOT EXISTS(SELECT 1 FROM source_right_side AS input_1 WHERE input_1.row_id = x.i)
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.using_and_values | seeknal/using_and_values.yml | clickhouse */
SELECT
  row_id,
  r.i AS i,
  v.word AS word
FROM source_left_side AS l
JOIN source_right_side AS r USING (row_id)
CROSS JOIN (SELECT 1 AS number, 'one' AS word UNION ALL SELECT 2, 'two') AS v
WHERE v.number = l.i
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

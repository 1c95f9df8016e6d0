/* transform.except_and_intersect | seeknal/except_and_intersect.yml | snowflake */
(
  SELECT i
  FROM source_left_side
  EXCEPT
  SELECT i
  FROM source_right_side
)
UNION ALL
(
  SELECT i
  FROM source_left_side
  INTERSECT
  SELECT i
  FROM source_right_side
)
;

/* transform.first_rows | seeknal/first_rows.yml | snowflake */
SELECT row_id, i
FROM source_left_side
ORDER BY i DESC NULLS LAST, row_id
LIMIT 5
OFFSET 1
;

/* transform.full_join | seeknal/full_join.yml | snowflake */
SELECT
  l.row_id,
  r.row_id AS other,
  l.s
FROM source_left_side AS l
FULL JOIN source_right_side AS r ON l.row_id = r.i
;

/* transform.grouped_by_place | seeknal/grouped_by_place.yml | snowflake */
SELECT
  s AS text,
  COUNT(*) AS n
FROM source_left_side
GROUP BY 1
;

/* transform.subqueries | seeknal/subqueries.yml | snowflake */
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
      (
        (
          x.i = 7 AND x.i IS NOT NULL AND 7 IS NOT NULL
        ) OR (
          x.i IS NULL AND 7 IS NULL
        )
      )
      AND (
        (
          x.row_id = 2 AND x.row_id IS NOT NULL AND 2 IS NOT NULL
        ) OR (
          x.row_id IS NULL AND 2 IS NULL
        )
      )
    )
    OR (
      (
        (
          x.i = 1 AND x.i IS NOT NULL AND 1 IS NOT NULL
        ) OR (
          x.i IS NULL AND 1 IS NULL
        )
      )
      AND (
        (
          x.row_id = 2 AND x.row_id IS NOT NULL AND 2 IS NOT NULL
        ) OR (
          x.row_id IS NULL AND 2 IS NULL
        )
      )
    )
  )
  AND NOT EXISTS(SELECT 1 FROM source_right_side AS input_1 WHERE input_1.row_id = x.i)
;

-- transform.distinct_on is refused: DISTINCT ON is not something snowflake can run
--   number the rows with ROW_NUMBER and QUALIFY

-- transform.recursive is refused: a recursive query is not something snowflake can run
--   compile this node for duckdb

-- transform.using_and_values is refused: `(VALUES (1, 'one'), (2, 'two')) AS v(nu…` is not something snowflake can run
--   say it with other functions, or compile this node for duckdb

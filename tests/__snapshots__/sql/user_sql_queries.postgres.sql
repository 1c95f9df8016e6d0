/* transform.distinct_on | seeknal/distinct_on.yml | postgres */
SELECT DISTINCT ON (i) i, row_id
FROM source_left_side
ORDER BY i, row_id DESC NULLS LAST
;

/* transform.except_and_intersect | seeknal/except_and_intersect.yml | postgres */
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

/* transform.first_rows | seeknal/first_rows.yml | postgres */
SELECT row_id, i
FROM source_left_side
ORDER BY i DESC NULLS LAST, row_id
LIMIT 5
OFFSET 1
;

/* transform.full_join | seeknal/full_join.yml | postgres */
SELECT
  l.row_id,
  r.row_id AS other,
  l.s
FROM source_left_side AS l
FULL JOIN source_right_side AS r ON l.row_id = r.i
;

/* transform.grouped_by_place | seeknal/grouped_by_place.yml | postgres */
SELECT
  s AS text,
  COUNT(*) AS n
FROM source_left_side
GROUP BY 1
;

/* transform.recursive | seeknal/recursive.yml | postgres */
WITH RECURSIVE steps AS (
  SELECT
    1 AS n
  UNION ALL
  SELECT
    n + 1
  FROM steps
  WHERE n < 5
)
SELECT
  n,
  (SELECT COUNT(*) FROM source_left_side AS input_0 WHERE input_0.row_id < steps.n) AS below
FROM steps
;

/* transform.subqueries | seeknal/subqueries.yml | postgres */
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
      x.i IS NOT DISTINCT FROM 7 AND x.row_id IS NOT DISTINCT FROM 2
    )
    OR (
      x.i IS NOT DISTINCT FROM 1 AND x.row_id IS NOT DISTINCT FROM 2
    )
  )
  AND NOT EXISTS(SELECT 1 FROM source_right_side AS input_1 WHERE input_1.row_id = x.i)
;

/* transform.using_and_values | seeknal/using_and_values.yml | postgres */
SELECT row_id, r.i, v.word
FROM source_left_side AS l
JOIN source_right_side AS r USING (row_id)
CROSS JOIN (VALUES (1, 'one'), (2, 'two')) AS v(number, word)
WHERE v.number = l.i
;

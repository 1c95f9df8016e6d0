/* transform.distinct_on | seeknal/distinct_on.yml | databricks */
SELECT i, row_id
FROM (
  SELECT
    i,
    row_id,
    ROW_NUMBER() OVER (PARTITION BY i ORDER BY i NULLS LAST, row_id DESC) = 1 AS kept,
    i AS order_1,
    row_id AS order_2
  FROM source_left_side
) AS qualified
WHERE kept
ORDER BY order_1 NULLS LAST, order_2 DESC
;

/* transform.except_and_intersect | seeknal/except_and_intersect.yml | databricks */
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

/* transform.first_rows | seeknal/first_rows.yml | databricks */
SELECT row_id, i
FROM source_left_side
ORDER BY i DESC, row_id NULLS LAST
LIMIT 5
OFFSET 1
;

/* transform.full_join | seeknal/full_join.yml | databricks */
SELECT
  l.row_id,
  r.row_id AS other,
  l.s
FROM source_left_side AS l
FULL JOIN source_right_side AS r ON l.row_id = r.i
;

/* transform.grouped_by_place | seeknal/grouped_by_place.yml | databricks */
SELECT
  s AS text,
  COUNT(*) AS n
FROM source_left_side
GROUP BY 1
;

/* transform.recursive | seeknal/recursive.yml | databricks */
WITH RECURSIVE steps AS (
  SELECT
    CAST(1 AS BIGINT) AS n
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

/* transform.subqueries | seeknal/subqueries.yml | databricks */
SELECT
  x.*,
  (SELECT MAX(i) FROM source_right_side AS input_1) AS `greatest`
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

/* transform.using_and_values | seeknal/using_and_values.yml | databricks */
SELECT row_id, r.i, v.word
FROM source_left_side AS l
JOIN source_right_side AS r USING (row_id)
CROSS JOIN VALUES (CAST(1 AS BIGINT), 'one'), (2, 'two') AS v(number, word)
WHERE v.number = l.i
;

"""Users' SQL that ClickHouse reads in its own way, beyond what every engine is held to.

Pieces are those of `user_sql.py`: a column of a query over `input_0`, and what comes after it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seeknal.compiler.findings import CompileFailed
from tests.cases import compile_case
from tests.conformance.beside import compare
from tests.conformance.user_sql import PIECE_LINE, write_queries

if TYPE_CHECKING:
    from tests.engines.base import TestedEngine
    from tests.engines.duckdb import DuckDB

SAME = [
    "i IN (1, NULL, 2) AS a, i NOT IN (1, NULL) AS b, i NOT IN (1, 2) AS c, s NOT IN "
    "('a', 'paid') AS d, m IN (2.5, 12.35) AS e, one_day IN ('2026-01-01', '1850-03-03') "
    "AS f, d IN (0.5, 2) AS g",
    "row_id FROM input_0 WHERE i IN (SELECT i FROM input_0 WHERE i > 2)",
    "CASE i WHEN NULL THEN 1 WHEN 2 THEN 2 ELSE 3 END AS a, CASE s WHEN 'a' THEN i WHEN "
    "'paid' THEN m END AS b",
    "i + i AS a, i * 3 AS b, i - 5 AS c, -i AS e, ABS(i) AS f, i * 9 - 3 * i AS g",
    "CAST(d AS BIGINT) AS a, CAST(m AS BIGINT) AS b, CAST(d AS DECIMAL(18, 2)) AS c, "
    "CAST(m AS DECIMAL(10, 1)) AS e, CAST(i AS DECIMAL(18,0)) AS f, CAST(gift AS INT) AS "
    "g, CAST(i AS BOOLEAN) AS h, CAST(m AS DOUBLE) AS j",
    "ROUND(d) AS a, ROUND(d, 2) AS b, ROUND(m, 1) AS c, ROUND(m) AS e, FLOOR(d) AS f, "
    "CEIL(m) AS g, SIGN(d) AS h, SIGN(m) AS j, SIGN(i) AS k, ROUND(i) AS l",
    "EXTRACT(year FROM one_day) AS a, EXTRACT(month FROM at) AS b, EXTRACT(dow FROM "
    "one_day) AS c, EXTRACT(isodow FROM one_day) AS d, EXTRACT(week FROM one_day) AS e, "
    "EXTRACT(doy FROM one_day) AS f, EXTRACT(quarter FROM at) AS g, EXTRACT(isoyear FROM "
    "one_day) AS h, EXTRACT(hour FROM at) AS i, EXTRACT(minute FROM at) AS j, "
    "EXTRACT(second FROM at) AS k, EXTRACT(epoch FROM at) AS l, EXTRACT(epoch FROM "
    "one_day) AS m, EXTRACT(day FROM at) AS n",
    "DATE_TRUNC('month', at) AS a, DATE_TRUNC('week', one_day) AS b, DATE_TRUNC('day', "
    "at) AS c, DATE_TRUNC('hour', at) AS d, DATE_TRUNC('minute', at) AS e, "
    "DATE_TRUNC('year', one_day) AS f, DATE_TRUNC('quarter', at) AS g, "
    "DATE_TRUNC('week', at) AS h",
    "DATE_TRUNC('second', at) AS a",
    "one_day + 3 AS a, one_day - 3 AS b, one_day + INTERVAL 1 MONTH AS c, at - INTERVAL "
    "3 DAY AS d, at + INTERVAL 90 MINUTE AS e, one_day - DATE '2026-01-01' AS f, "
    "DATE_DIFF('day', at, one_day) AS g, at + INTERVAL 1 YEAR AS h, CAST(at AS DATE) AS "
    "j, CAST(one_day AS TIMESTAMP) AS k, one_day < at AS l, one_day = at AS m2, at >= "
    "'2026-01-01' AS n, at + INTERVAL 5 MICROSECOND AS o",
    "one_day + INTERVAL 1 HOUR AS a, one_day + CAST(i AS INT) AS b FROM input_0 WHERE i < 100",
    "CAST(at AS VARCHAR) AS a, CAST(one_day AS VARCHAR) AS b, CAST(m AS VARCHAR) AS c, "
    "CAST(i AS VARCHAR) AS e, CAST(gift AS VARCHAR) AS f, s || i AS g, CONCAT(s, i, "
    "gift, '-', one_day) AS h",
    "LENGTH(s) AS a, LOWER(s) AS b, UPPER(s) AS c, TRIM(s) AS d, SUBSTRING(s, 2, 3) AS "
    "e, REPLACE(s, 'a', '') AS g, STRPOS(s, 'ß') AS h, STARTS_WITH(s, 'a') AS j, "
    "SPLIT_PART(s, 'a', 1) AS k, SPLIT_PART(s, 'a', 3) AS l, MD5(s) AS n, SUBSTRING(s, "
    "-2) AS p",
    "s LIKE '%\\%' AS a",
    "s LIKE '100%' AS a, s LIKE 'a_b' AS b, s ILIKE 'STRA%' AS c, s NOT LIKE '%a%' AS e, "
    "REGEXP_MATCHES(s, '^[a-z]+$') AS f, REGEXP_MATCHES(s, 'a.b') AS g",
    "s LIKE Mixed AS a",
    "s < Mixed AS a, s >= 'a' AS b, GREATEST(s, Mixed) AS c, LEAST(i, 5, NULL) AS e, "
    "COALESCE(s, Mixed, 'z') AS f, NULLIF(s, '') AS g, IFNULL(i, row_id) AS h, "
    "GREATEST(one_day, DATE '2000-01-01') AS j",
    "gift AND i > 1 AS a, NOT gift AS b, gift OR NULL AS c, gift IS NULL AS e, gift IS "
    "NOT TRUE AS f, (i > 1) = gift AS g, COALESCE(i > 1, FALSE) AS h, CASE WHEN gift "
    "THEN i > 1 ELSE gift END AS j, i > 1 IS TRUE AS k, gift IS FALSE AS l, i IS "
    "DISTINCT FROM row_id AS m2, gift = TRUE AS n, i BETWEEN 0 AND 3 AS o",
    "LAG(i, 1, 99) OVER (ORDER BY row_id) AS a, LEAD(s) OVER (PARTITION BY Mixed ORDER "
    "BY row_id) AS b, FIRST_VALUE(i) OVER (ORDER BY row_id) AS c, LAST_VALUE(s) OVER "
    "(ORDER BY row_id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS e, NTH_VALUE(d, 3) "
    "OVER (ORDER BY row_id) AS f, SUM(i) OVER (PARTITION BY Mixed ORDER BY row_id) AS g, "
    "COUNT(i) OVER (ORDER BY row_id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS h, "
    "AVG(m) OVER (PARTITION BY s) AS j, RANK() OVER (ORDER BY i DESC) AS k, NTILE(4) "
    "OVER (ORDER BY row_id) AS l, PERCENT_RANK() OVER (ORDER BY row_id) AS n, "
    "CUME_DIST() OVER (ORDER BY row_id) AS o, MAX(gift) OVER (PARTITION BY s) AS p, "
    "STDDEV(d) OVER (PARTITION BY Mixed) AS q, FIRST_VALUE(gift) OVER (ORDER BY row_id "
    "DESC) AS r, MIN(i > 1) OVER (PARTITION BY Mixed) AS t, COUNT(*) FILTER (WHERE gift) "
    "OVER (PARTITION BY s) AS u, SUM(d) FILTER (WHERE i > 1) OVER (PARTITION BY Mixed) "
    "AS v",
    "Mixed, COUNT(*) AS n, COUNT(DISTINCT s) AS a, SUM(i) AS b, AVG(i) AS c, AVG(m) AS "
    "e, SUM(m) AS f, MIN(s) AS g, MAX(at) AS h, STDDEV(i) AS j, VAR_POP(m) AS k, "
    "MEDIAN(d) AS l, BOOL_AND(gift) AS o, MAX(gift) AS p, COUNT_IF(i > 1) AS q, SUM(i) "
    "FILTER (WHERE gift) AS r, COUNT(*) FILTER (WHERE i > 100000000) AS t, MEDIAN(i) "
    "FILTER (WHERE gift) AS u, COUNT(DISTINCT i) FILTER (WHERE gift) AS v, STDDEV(d) "
    "FILTER (WHERE gift) AS w, MIN(i > 1) AS x, SUM(DISTINCT i) AS y, VARIANCE(d) AS z "
    "FROM input_0 GROUP BY Mixed",
    "SUM(i) AS a, COUNT(*) AS b, MAX(s) AS c, AVG(d) AS e, COUNT_IF(gift) AS f, "
    "STDDEV(d) AS g, MEDIAN(d) AS h, SUM(m) AS j, MIN(at) AS k FROM input_0 WHERE row_id "
    "< 0",
    "l.row_id, r.row_id AS other, r.s FROM input_0 AS l LEFT JOIN input_0 AS r ON l.i = r.row_id",
    "l.row_id, r.row_id AS other FROM input_0 AS l FULL JOIN input_0 AS r ON l.i = "
    "r.row_id AND l.gift",
    "row_id, l.s AS s1, r.s AS s2 FROM input_0 AS l JOIN input_0 AS r USING (row_id)",
    "a.row_id, (SELECT MAX(b.i) FROM input_0 AS b WHERE b.s = a.s) AS most, (SELECT "
    "COUNT(*) FROM input_0 AS b WHERE b.s = a.s AND b.row_id < a.row_id) AS n, EXISTS "
    "(SELECT 1 FROM input_0 AS b WHERE b.i = a.row_id) AS e FROM input_0 AS a",
    "row_id FROM input_0 AS a WHERE NOT EXISTS (SELECT 1 FROM input_0 AS b WHERE b.i = "
    "a.i AND b.row_id <> a.row_id)",
    "s, n FROM (SELECT s, COUNT(*) AS n FROM input_0 GROUP BY s) AS q WHERE n > 2",
    "COUNT(*) AS n FROM input_0 UNION ALL SELECT 1, i FROM input_0",
    "s FROM input_0 EXCEPT SELECT 1, Mixed FROM input_0",
    "s FROM input_0 INTERSECT SELECT 1, Mixed FROM input_0",
    "s FROM input_0 UNION SELECT 1, Mixed FROM input_0",
    "i AS s FROM input_0 WHERE s IS NOT NULL",
    "i + 1 AS i, i * 2 AS row_id FROM input_0 WHERE i < 10 ORDER BY row_id LIMIT 3",
    "UPPER(s) AS s, COUNT(*) AS n FROM input_0 GROUP BY s",
    "s AS i, SUM(i) AS total FROM input_0 WHERE i < 100 GROUP BY s HAVING SUM(i) > 2",
    "row_id, ROW_NUMBER() OVER (PARTITION BY Mixed ORDER BY row_id) AS n FROM input_0 "
    "QUALIFY n = 1",
    "s FROM (SELECT DISTINCT s, gift FROM input_0) AS q",
    "CAST('12' AS BIGINT) AS a, CAST('1.5' AS DOUBLE) AS b, CAST('2026-01-05' AS DATE) AS c",
    "v.a, v.b FROM (VALUES (1, 'x'), (2, NULL), (NULL, 'z')) AS v(a, b)",
    "v.a FROM (VALUES (1), (2.5)) AS v(a)",
    "row_id, s FROM input_0 ORDER BY s DESC NULLS FIRST, row_id LIMIT 7",
    "row_id, d FROM input_0 ORDER BY d, row_id LIMIT 9 OFFSET 2",
    "row_id FROM input_0 ORDER BY d NULLS FIRST, row_id DESC LIMIT 20",
    "d / 0 AS a, i / 0 AS b, m / 0 AS c, 0 / 0 AS e, d / NULLIF(i, 0) AS f, i / 3 AS g",
    "SUM(i * 400) AS total FROM input_0",
    "1 AS lit, -1 AS neg, 1.5 AS dec, 1e3 AS dbl, TRUE AS yes, '' AS empty, 'a\\b' AS "
    "back, 'x''y' AS quote",
    "CAST(NULL AS DATE) AS a, CAST(NULL AS VARCHAR) AS b",
    "MAKE_DATE(2026, 1, 31) AS a",
    "i || 'x' AS a",
    "x.* FROM (SELECT row_id, s FROM input_0) AS x",
    "l.*, r.s AS other FROM input_0 AS l JOIN input_0 AS r ON l.row_id = r.row_id",
    "a.n FROM (WITH c AS (SELECT i AS n FROM input_0) SELECT n FROM c WHERE n > 1) AS a",
    "MIN(one_day) AS a, MAX(one_day) AS b, COUNT(DISTINCT at) AS c, MEDIAN(i) AS e FROM input_0",
    "DATE_TRUNC('month', at) AS mo, COUNT(*) AS n FROM input_0 GROUP BY 2",
    "SUM(CASE WHEN gift THEN 1 ELSE 0 END) AS a, SUM(1) AS b, AVG(CASE WHEN gift THEN "
    "1.0 ELSE 0 END) AS c, MAX(CASE WHEN gift THEN 1 END) AS e FROM input_0",
    "i = d AS a, i = m AS b, d = m AS c, i > 1.5 AS e, m > d AS f, m BETWEEN 0 AND 12.35 AS g",
    "l.row_id FROM input_0 AS l JOIN input_0 AS r ON l.i = r.d",
    "l.row_id FROM input_0 AS l JOIN input_0 AS r ON l.i = r.m",
    "l.row_id FROM input_0 AS l JOIN input_0 AS r ON l.one_day = r.at",
    "s AS x FROM input_0 UNION SELECT 1, Mixed FROM input_0 INTERSECT SELECT 1, s FROM input_0",
    "s AS x FROM input_0 EXCEPT SELECT 1, Mixed FROM input_0 UNION ALL SELECT 1, s FROM input_0",
    "x FROM (SELECT s AS x FROM input_0 UNION ALL SELECT Mixed FROM input_0 ORDER BY x "
    "DESC LIMIT 5) AS q",
    "SUM(d) OVER (ORDER BY i RANGE BETWEEN 3 PRECEDING AND CURRENT ROW) AS a FROM "
    "input_0 WHERE i IS NOT NULL",
    "SUM(m) OVER (ORDER BY row_id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS a, SUM(i) "
    "OVER (ORDER BY row_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS b",
    "l.row_id FROM input_0 AS l JOIN input_0 AS r ON l.i = r.d",
    "l.row_id, r.row_id AS o FROM input_0 AS l JOIN input_0 AS r ON l.i = r.m",
    "s NOT ILIKE 'STRA%' AS c, NOT s ILIKE 'a%' AS d",
    "i > d AS a, i = d AS b, i < d AS c, d = m AS e, m >= d AS f",
    "SUM(d) OVER (ORDER BY i RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS a, "
    "COUNT(*) OVER (ORDER BY i) AS b, COUNT(*) OVER (ORDER BY i DESC) AS c",
    "(SELECT COUNT(*) FROM input_0 AS b WHERE b.s = a.s AND b.row_id < a.row_id) + 1 AS "
    "n FROM input_0 AS a",
    "(SELECT COUNT(*) FROM input_0 AS b) AS n FROM input_0 AS a",
    "(SELECT b.i FROM input_0 AS b WHERE b.row_id = a.row_id) AS n FROM input_0 AS a",
    "row_id FROM input_0 AS a WHERE (SELECT COUNT(*) FROM input_0 AS b WHERE b.s = a.s "
    "AND b.row_id < a.row_id) = 0",
    "row_id FROM input_0 WHERE i > (SELECT AVG(i) FROM input_0 WHERE i < 100)",
    "l.row_id, r.n FROM input_0 AS l LEFT JOIN (SELECT s, COUNT(*) AS n FROM input_0 "
    "GROUP BY s) AS r ON r.s = l.s",
    "l.row_id FROM input_0 AS l CROSS JOIN input_0 AS r WHERE l.i = r.row_id",
    "l.row_id FROM input_0 AS l, input_0 AS r WHERE l.i > r.row_id AND r.row_id < 3",
    "l.row_id FROM input_0 AS l JOIN input_0 AS r ON l.i > r.row_id AND r.row_id < 3",
    "l.row_id FROM input_0 AS l JOIN input_0 AS r ON l.i = r.row_id OR l.s = r.Mixed",
    "l.row_id, r.row_id AS o FROM input_0 AS l RIGHT JOIN input_0 AS r ON l.i = r.row_id "
    "AND r.gift",
    "row_id, COUNT(*) OVER w AS n FROM input_0 WINDOW w AS (PARTITION BY s)",
    "row_id FROM (SELECT DISTINCT ON (s) * FROM input_0 ORDER BY s, row_id DESC) AS q",
    "DISTINCT_S.s FROM (SELECT DISTINCT s FROM input_0) AS DISTINCT_S",
    "n FROM (WITH RECURSIVE steps AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM steps "
    "WHERE n < 5) SELECT n FROM steps) AS q",
    "v.a FROM (VALUES (1), (2.5)) AS v(a)",
    "CASE WHEN i > 1 THEN 1 ELSE NULL END AS a, CASE WHEN gift THEN 'x' END AS b, CASE "
    "WHEN i > 1 THEN d WHEN i = 0 THEN i ELSE m END AS c, IF(gift, one_day, at) AS e",
    "COALESCE(i, d) AS a, COALESCE(m, 0) AS b, COALESCE(one_day, at) AS c, COALESCE(m, "
    "i) AS e, COALESCE(i, 1.5) AS f",
    "i AS x FROM input_0 UNION ALL SELECT 1, d FROM input_0",
    "one_day AS x FROM input_0 UNION SELECT 1, at FROM input_0",
    "m AS x FROM input_0 UNION SELECT 1, i FROM input_0",
    "s AS x FROM input_0 UNION ALL SELECT 1, Mixed FROM input_0 ORDER BY x LIMIT 5",
    "s, COUNT(*) AS i FROM input_0 GROUP BY s ORDER BY i DESC, s LIMIT 2",
    "s, SUM(i) AS i FROM input_0 WHERE i < 100 GROUP BY s HAVING SUM(i) > 1 ORDER BY i, s LIMIT 3",
    "x.y + 1 AS z, x.y AS row_id FROM (SELECT i + 1 AS y FROM input_0 WHERE i < 99) AS x "
    "ORDER BY row_id LIMIT 4",
    "i AS gift, gift AS i FROM input_0 WHERE gift",
    "UPPER(s) AS s, s || 'x' AS t, LENGTH(s) AS i FROM input_0",
    "MIN(s) AS s, COUNT(*) AS n FROM input_0 GROUP BY Mixed",
    "Mixed AS s, s AS Mixed FROM input_0 ORDER BY Mixed, row_id LIMIT 9",
    "SUM(SUM(i)) OVER () AS a, s FROM input_0 WHERE i < 100 GROUP BY s",
    "RANK() OVER (ORDER BY COUNT(*) DESC, s) AS r, s FROM input_0 GROUP BY s",
    "COUNT(DISTINCT d) AS a, COUNT(DISTINCT gift) AS b, COUNT(gift) AS c FROM input_0",
    "AVG(i) FILTER (WHERE row_id < 0) AS a, COUNT(DISTINCT s) FILTER (WHERE row_id < 0) "
    "AS b, COUNT_IF(row_id < 0) AS c FROM input_0",
    "l.s AS a, r.s AS b FROM input_0 AS l JOIN input_0 AS r ON l.s = r.s AND l.row_id < r.row_id",
    "* FROM input_0 AS l JOIN (SELECT row_id AS rid, s AS rs FROM input_0) AS r ON "
    "l.row_id = r.rid",
    "l.row_id FROM input_0 AS l JOIN input_0 AS r ON l.s IS NOT DISTINCT FROM r.s AND "
    "r.row_id < 10",
    "TRIM(s) = s AS a, '' = s AS b, LENGTH('') AS f",
    "LTRIM(s) AS a, RTRIM(s) AS b, SUBSTR(s, 3) AS c, REPLACE(s, '', 'z') AS e, "
    "REPLACE(s, 'ß', 'ss') AS f, STRPOS(s, '') AS g",
    "REGEXP_MATCHES(s, '[0-9]{2}$') AS a, REGEXP_MATCHES(s, '^$') AS b, s LIKE '' AS c, "
    "s LIKE '%' AS e, s LIKE '__' AS f",
    "(s, i) = (Mixed, NULL) AS a, (NULL, i) = (NULL, i) AS b, (s, i) IN (('a', 1), "
    "(NULL, NULL)) AS c",
    "s LIKE '%!%' ESCAPE '!' AS a, s LIKE 'a!_b' ESCAPE '!' AS b, s LIKE Mixed AS c, s "
    "LIKE 'x\\y' AS e",
    "LTRIM(s) AS a, RTRIM(s) AS b, TRIM(BOTH 'ap ' FROM s) AS e, LTRIM(s, 'p ') AS f, "
    "TRIM('\u00a0 x\u2003') AS g",
    "LOWER('ΟΔΟΣ İ') AS a, UPPER('Straße') AS b, LENGTH('é💶') AS c",
    "i % 7 AS a, -i % 4 AS b, i % -3 AS c, i // 3 AS e, (i + 1) % 2 AS g",
    "row_id FROM input_0 WHERE (i IN (SELECT row_id FROM input_0) OR s = 'a') AND gift",
    "NTILE(3) OVER (ORDER BY row_id ROWS 1 PRECEDING) AS a, RANK() OVER (ORDER BY i ROWS "
    "1 PRECEDING) AS b, LAG(i) OVER (ORDER BY row_id ROWS 2 PRECEDING) AS c",
    "CAST(d AS BOOLEAN) AS a, CAST(m AS BOOLEAN) AS b, col0 AS c FROM input_0, (VALUES "
    "(1, 'a')) AS v",
    "DATE_TRUNC('second', TIMESTAMP '1969-12-31 23:59:59.999999') AS a, "
    "DATE_TRUNC('month', TIMESTAMP '1969-12-31 23:59:59.999999') AS b, EXTRACT(year FROM "
    "DATE '1850-03-03') AS c, DATE '1850-03-03' + INTERVAL 1 MONTH AS e",
]

REFUSED = {
    "i IN (SELECT row_id FROM input_0) AS x FROM input_0": "IN of a query",
    "row_id FROM input_0 WHERE i NOT IN (SELECT i FROM input_0)": "IN of a query",
    "l.i FROM input_0 AS l LEFT JOIN input_0 AS r ON l.i > r.i": "an outer join on no",
    "(SELECT COUNT(*) + 1 FROM input_0 AS b WHERE b.i = a.i) AS n FROM input_0 AS a": "a subquery",
    "COUNT(*) OVER (ORDER BY i RANGE BETWEEN 2 PRECEDING AND CURRENT ROW) AS n": "may be NULL",
    "COUNT(*) OVER (ORDER BY at RANGE INTERVAL 1 DAY PRECEDING) AS n": "over an interval",
    "SUM(i) OVER (ORDER BY row_id ROWS 2 PRECEDING EXCLUDE CURRENT ROW) AS x": "EXCLUDE",
    "n FROM (WITH RECURSIVE t AS (SELECT 1 AS n UNION SELECT n % 3 + 1 FROM t) SELECT n FROM t)"
    " AS q": "recursion by other than UNION ALL",
    "MEDIAN(DISTINCT i) AS x FROM input_0": "MEDIAN of DISTINCT values",
    "MAKE_DATE(2026, 2, i) AS x": "computed parts",
    "i % row_id AS x": "`%` and `//`",
    "CAST(s AS DATE) AS x": "a cast of string to date",
    "(s, i) < ('a', 1) AS before_it": "tuple",
}


@pytest.mark.only_on("clickhouse")
def test_pieces_give_the_same_rows(tmp_path: Path, oracle: DuckDB, engine: TestedEngine) -> None:
    pieces = {f"piece_{number}": piece for number, piece in enumerate(SAME)}
    root = write_queries(tmp_path / "project", pieces)
    compare(oracle, engine, compile_case(root, "duckdb"), compile_case(root, "clickhouse"))


@pytest.mark.only_on("clickhouse")
def test_a_sum_that_does_not_fit_is_an_error_however_often_it_is_asked_for(
    tmp_path: Path, engine: TestedEngine
) -> None:
    piece = "1 / NULLIF(CAST(SUM(i) AS DOUBLE), 0) AS share FROM input_0"
    root = write_queries(tmp_path / "project", {"query": piece})
    compilation = compile_case(root, "clickhouse")
    columns = compilation.artifacts["source.events"].columns
    row = [2**63 - 1 if column.name == "i" else None for column in columns]
    engine.load("source_events", columns, [row] * 5)
    for _ in range(6):
        with pytest.raises(engine.overflow):
            engine.query(compilation.artifacts["transform.query"].sql)


@pytest.mark.parametrize("piece", REFUSED)
def test_pieces_are_refused_at_their_line(piece: str, tmp_path: Path) -> None:
    root = write_queries(tmp_path / "project", {"query": piece})
    assert compile_case(root, "duckdb").artifacts
    with pytest.raises(CompileFailed) as failed:
        compile_case(root, "clickhouse")
    (finding,) = failed.value.findings
    assert (finding.code, finding.severity) == ("unsupported", "error")
    assert REFUSED[piece] in finding.message
    assert finding.place is not None
    assert (finding.place.file, finding.place.line) == ("seeknal/query.yml", PIECE_LINE)
    assert finding.help

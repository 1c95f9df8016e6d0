"""Users' SQL that Spark says in its own way, beyond what every engine is held to.

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
    "i % 2 AS odd, i % -3 AS c, -5 % 3 AS a, i // 2 AS half, -7 // 2 AS b",
    "(s, i) = ('a', 1) AS same, (s, i) <> ('a', NULL) AS other, (s, i) IN (('a', 1)) AS listed",
    "row_id FROM input_0 WHERE i IN (SELECT row_id FROM input_0) OR s = 'a'",
    "row_id FROM input_0 WHERE i NOT IN (SELECT row_id FROM input_0 WHERE row_id < 3) AND i > 2",
    "row_id FROM input_0 WHERE i NOT IN (SELECT i FROM input_0)",
    "s, COUNT(*) FROM input_0 GROUP BY s HAVING COUNT(*) IN (SELECT row_id FROM input_0)",
    "LN(i) AS a FROM input_0 WHERE i >= 0",
    "LN(d) AS a FROM input_0 WHERE d >= 0",
    "TRIM(s) AS a, LTRIM(s) AS b, RTRIM(s) AS c, TRIM(s, 'ax') AS e",
    "TRIM('\u00a0 x\u2003') AS a, LOWER('ΟΔΟΣ İ') AS b",
    "s LIKE '_' AS a, s NOT ILIKE 'A%' AS b, s LIKE Mixed AS c",
    "s LIKE 'a!b' ESCAPE '!' AS a, s NOT LIKE '!a%' ESCAPE '!' AS b, s NOT LIKE Mixed AS c",
    r"s LIKE '\%' AS a, 'a\b''c' AS b, '\n' AS c",
    "REGEXP_MATCHES(s, 'a|b$') AS a, REGEXP_MATCHES(s, '^(p|x).*[dn]$') AS b",
    "SUM(i) OVER (ORDER BY row_id RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING) AS a",
    "COUNT(*) OVER (ORDER BY at RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW) AS b",
    "LAG(i) OVER (ORDER BY row_id ROWS 2 PRECEDING) AS a",
    "RANK() OVER (ORDER BY i ROWS 1 PRECEDING) AS a",
    "SUM(i) OVER w AS a, RANK() OVER w AS r FROM input_0 WINDOW w AS (PARTITION BY s ORDER BY i)",
    "LENGTH(s) * 1000000000000 AS a, (LENGTH(s) * 1000000) * 100000 AS b",
    "YEAR(one_day) * 10000000 AS a, ROW_NUMBER() OVER (ORDER BY row_id) * 1000000000 AS b",
    "col0 AS a FROM (VALUES (1, 'a'), (2, NULL)) AS v",
    "n * 3000000000 AS big FROM (WITH q AS (SELECT LENGTH(s) AS n FROM input_0) SELECT n FROM q)"
    " AS z",
    "LENGTH(s) AS x FROM input_0 UNION ALL SELECT 2, i FROM input_0",
    "s, SUM(m) AS a, SUM(m * 2) AS b, SUM(m * m) AS c, AVG(m / 3) AS e FROM input_0 GROUP BY s",
    "m * 1.5 AS a, m + 0.001 AS b, m * i AS c, m - 1 AS e, -m AS f",
    "gift IS TRUE AS a, (i > 1) IS NOT FALSE AS b, gift = (i > 1) AS e",
    "s IS DISTINCT FROM Mixed AS a, i IS NOT DISTINCT FROM 1 AS b",
    "i BETWEEN 1 AND 5 AS a, at BETWEEN '2026-01-01' AND '2026-01-19' AS b, m > 0.5 AS c",
    "one_day IN ('2026-01-19', '2026-01-20') AS a, i NOT IN (1, NULL) AS b, s IN ('a', Mixed) AS c",
    "* FROM (SELECT DISTINCT ON (1) s, row_id FROM input_0 ORDER BY 1, 2 DESC) AS q",
    "* FROM (SELECT DISTINCT ON (s) s, row_id AS r FROM input_0 ORDER BY s, r DESC LIMIT 3) AS q",
    "* FROM (SELECT DISTINCT ON (u) UPPER(s) AS u, row_id AS r FROM input_0 ORDER BY u, r) AS q",
    "n FROM (SELECT DISTINCT LENGTH(s) AS n FROM input_0 ORDER BY LENGTH(s) LIMIT 3) AS q",
    "CONCAT(NULL, NULL) AS x, CONCAT(s, Mixed) AS y, CONCAT_WS(s, 'a', 'b') AS z",
    "at + INTERVAL '3' MINUTES AS a, at - INTERVAL 2 WEEKS AS b, one_day - INTERVAL 1 YEAR AS c",
    "EXTRACT(EPOCH FROM one_day) AS a, EXTRACT(isodow FROM at) AS b, EXTRACT(doy FROM at) AS c",
    "EXTRACT(isoyear FROM one_day) AS a, EXTRACT(quarter FROM at) AS b, EXTRACT(dow FROM at) AS c",
    "MAKE_DATE(2024, 2, i + 1) AS x, MAKE_TIMESTAMP(2024, 2, 3, 4, 5, 6.25) AS y FROM input_0"
    " WHERE i BETWEEN 0 AND 20",
    "'${env:HOME} and ${nothing}' AS a, s LIKE '${x}%' AS b, CONCAT('${', s, '}') AS c",
    "DATE_DIFF('microsecond', at, one_day) AS a, DATE_DIFF('microsecond', one_day, at) * 2 AS b",
    "s, BOOL_AND(gift) AS a, BOOL_OR(gift) FILTER (WHERE i > 1) AS b FROM input_0 GROUP BY s",
    "s, QUANTILE_CONT(d, 0.3) AS a, QUANTILE_CONT(i, 1) AS b FROM input_0 GROUP BY s",
    "SUM(DISTINCT i) AS x, COUNT(DISTINCT s) FILTER (WHERE gift) AS n, AVG(DISTINCT i) AS a",
    "GREATEST(i, d) AS a, LEAST(m, i) AS b, GREATEST(one_day, at) AS c, GREATEST(i, NULL) AS e",
    "NULLIF(s, 'a') AS a, NULLIF(i, 1.5) AS b, NULLIF(one_day, '2026-01-20') AS c",
    "CASE WHEN gift THEN one_day ELSE at END AS x, COALESCE(one_day, at) AS y",
]

REFUSED = {
    "i IN (SELECT row_id FROM input_0) AS x FROM input_0": "IN (SELECT …)",
    "row_id FROM input_0 WHERE NOT (i IN (SELECT row_id FROM input_0) OR s = 'a')": "IN (SELECT …)",
    's AS "${env:HOME}"': "the name `${env:HOME}`",
    "ROW_NUMBER() OVER () AS n": "ROW_NUMBER without ORDER BY",
    "COUNT(DISTINCT s) OVER () AS n": "DISTINCT in a window",
    "SUM(i) OVER (ORDER BY row_id GROUPS 2 PRECEDING) AS a": "a frame of GROUPS",
    "QUANTILE_CONT(d, 0.3) OVER () AS q": "QUANTILE_CONT as a window",
    "QUANTILE_CONT(m, 0.3) AS q": "QUANTILE_CONT of a decimal(10,2)",
    "MEDIAN(DISTINCT i) AS x": "MEDIAN of DISTINCT values",
    "(s, i) < ('a', 1) AS before_it": "a tuple",
    "CAST(m AS DECIMAL(20,10)) * CAST(m AS DECIMAL(18,9)) AS a": "a decimal of 39 digits",
    "s FROM input_0 WHERE REGEXP_MATCHES(s, '[a&&b]')": "the pattern",
    "n FROM (WITH RECURSIVE t AS (SELECT 1 AS n UNION SELECT n % 3 + 1 FROM t) SELECT n FROM t)"
    " AS q": "recursion by other than UNION ALL",
    "* FROM (SELECT DISTINCT ON (s) s, i FROM input_0) AS q": "DISTINCT ON without ORDER BY",
}


@pytest.mark.only_on("spark")
def test_pieces_give_the_same_rows(tmp_path: Path, oracle: DuckDB, engine: TestedEngine) -> None:
    pieces = {f"piece_{number}": piece for number, piece in enumerate(SAME)}
    root = write_queries(tmp_path / "project", pieces)
    compare(oracle, engine, compile_case(root, "duckdb"), compile_case(root, "spark"))


@pytest.mark.parametrize("piece", REFUSED)
def test_pieces_are_refused_at_their_line(piece: str, tmp_path: Path) -> None:
    root = write_queries(tmp_path / "project", {"query": piece})
    assert compile_case(root, "duckdb").artifacts
    with pytest.raises(CompileFailed) as failed:
        compile_case(root, "spark")
    (finding,) = failed.value.findings
    assert (finding.code, finding.severity) == ("unsupported", "error")
    assert REFUSED[piece] in finding.message
    assert finding.place is not None
    assert (finding.place.file, finding.place.line) == ("seeknal/query.yml", PIECE_LINE)
    assert finding.help

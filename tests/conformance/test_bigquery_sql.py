"""Users' SQL that BigQuery says in its own way, beyond what every engine is held to.

Pieces are those of `user_sql.py`: a column of a query over `input_0`, and what comes after it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlglot import exp

from seeknal.compiler.dialects.registry import dialect as find_dialect
from seeknal.compiler.findings import CompileFailed
from seeknal.compiler.types import INT64, STRING, Column
from tests.cases import compile_case
from tests.conformance.beside import compare
from tests.conformance.user_sql import PIECE_LINE, write_queries

if TYPE_CHECKING:
    from tests.engines.base import TestedEngine
    from tests.engines.duckdb import DuckDB

SAME = [
    "i % 2 AS odd, i % -3 AS c, -5 % 3 AS a, i // 2 AS half, -7 // 2 AS b, (i + 1) % 5 AS e",
    "(s, i) = ('a', 1) AS same, (s, i) <> ('a', NULL) AS other, (s, i) IN (('a', 1)) AS listed",
    "row_id FROM input_0 WHERE i IN (SELECT row_id FROM input_0) OR s = 'a'",
    "row_id FROM input_0 WHERE i NOT IN (SELECT i FROM input_0)",
    "LN(i) AS a, SQRT(i) AS b, LN(d) AS c, SQRT(d) AS e, SQRT(m) AS f",
    "d / i AS a, i / d AS b, m / i AS c, i / NULLIF(d, 0) AS e, 1 / 0 AS f",
    "TRIM(s) AS a, LTRIM(s) AS b, RTRIM(s) AS c, TRIM(s, 'ax') AS e",
    "TRIM('\u00a0 x\u2003') AS a, LOWER('ΟΔΟΣ İ') AS c, UPPER('ß') AS e",
    "s LIKE '_' AS a, s NOT ILIKE 'A%' AS b, s LIKE Mixed AS c, s NOT LIKE Mixed AS e",
    "s LIKE 'a!b' ESCAPE '!' AS a, s NOT LIKE '!a%' ESCAPE '!' AS b, s LIKE '%!%%' ESCAPE '!' AS c",
    r"s LIKE '\%' AS a, 'a\b''c' AS b, '\n' AS c, s LIKE '\\!%' ESCAPE '!' AS e",
    "REGEXP_MATCHES(s, 'a|b$') AS a, REGEXP_MATCHES(s, '^(p|x).*[dn]$') AS b",
    "SPLIT_PART(s, 'a', 1) AS a, SPLIT_PART(s, 'a', 9) AS b, SPLIT_PART('', ',', 1) AS c",
    "POSITION('a' IN s) AS a, STRPOS(s, '') AS b, REPLACE(s, '', 'x') AS c, LENGTH(s) AS e",
    "CONCAT(NULL, NULL) AS x, CONCAT(s, Mixed) AS y, CONCAT_WS(s, 'a', Mixed) AS z",
    "CAST(at AS VARCHAR) AS a, CAST(at + INTERVAL 120 MILLISECONDS AS VARCHAR) AS b, s || at AS c",
    "CAST(m AS VARCHAR) AS a, s || m AS b, CAST(CAST(i AS DECIMAL(20, 3)) AS VARCHAR) AS c",
    "CAST(d AS BIGINT) AS a, CAST(d / 2 AS BIGINT) AS b, CAST(-d / 8 AS INT) AS c",
    "CAST(m AS DECIMAL(10, 1)) AS a, CAST(m AS BIGINT) AS b, CAST(m / 3 AS DECIMAL(10, 4)) AS c",
    "m * m AS a, m * m * m AS b, m * 1.5 AS c, m + 0.001 AS e, m * i AS f, m - 1 AS g, -m AS h",
    "CAST(m AS DECIMAL(19, 6)) * CAST(m AS DECIMAL(19, 6)) AS a",
    "s, SUM(m) AS a, SUM(m * 2) AS b, SUM(m * m) AS c, AVG(m / 3) AS e FROM input_0 GROUP BY s",
    "SUM(DISTINCT i) AS x, COUNT(DISTINCT s) FILTER (WHERE gift) AS n, AVG(DISTINCT i) AS a",
    "s, BOOL_AND(gift) AS a, BOOL_OR(gift) FILTER (WHERE i > 1) AS b FROM input_0 GROUP BY s",
    "AVG(i * 9000 + 1) AS a, AVG(-i * 9000) FILTER (WHERE gift) AS b, AVG(m) AS c",
    "COUNT(DISTINCT s) OVER (PARTITION BY i) AS n, COUNT(*) OVER (PARTITION BY m, at, gift) AS p",
    "SUM(i) OVER (ORDER BY row_id RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING) AS a",
    "COUNT(*) OVER (ORDER BY at RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW) AS b",
    "COUNT(*) OVER (ORDER BY one_day DESC RANGE BETWEEN INTERVAL 2 DAYS PRECEDING AND"
    " INTERVAL 1 DAY FOLLOWING) AS b",
    "SUM(row_id) OVER (ORDER BY COALESCE(i, 0) RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)",
    "SUM(row_id) OVER (ORDER BY i) AS a, SUM(row_id) OVER (ORDER BY i DESC NULLS FIRST) AS b",
    "LAG(i) OVER (ORDER BY row_id ROWS 2 PRECEDING) AS a,"
    " RANK() OVER (ORDER BY i ROWS 1 PRECEDING) b",
    "SUM(i) OVER w AS a, RANK() OVER w AS r FROM input_0 WINDOW w AS (PARTITION BY s ORDER BY i)",
    "v.W FROM (VALUES (1, 'a'), (2, NULL)) AS v(n, w)",
    "n, x FROM (VALUES (NULL, 1), (3, 2.5)) AS v(n, x)",
    "col0 AS a FROM (VALUES (1, 'a'), (2, NULL)) AS v",
    "a FROM (SELECT s, i FROM input_0) AS q(a, b)",
    "a FROM (WITH q(a, b) AS (SELECT s, i FROM input_0 UNION ALL SELECT 'x', 3) SELECT a FROM q)"
    " AS z",
    "x FROM (SELECT s AS x FROM input_0 UNION SELECT Mixed FROM input_0 EXCEPT SELECT 'a') AS q",
    "x FROM (SELECT s AS x FROM input_0 EXCEPT (SELECT 'a' UNION ALL SELECT 'x')) AS q",
    "UPPER(s) AS s, COUNT(*) AS n FROM input_0 GROUP BY input_0.s",
    "input_0.s AS i, SUM(i) AS s FROM input_0 GROUP BY input_0.s",
    "a.i AS i FROM input_0 AS i, input_0 AS a WHERE a.row_id = i.row_id",
    "i FROM (SELECT s AS i, row_id AS s FROM input_0) AS i WHERE i = 'a'",
    "* FROM (SELECT DISTINCT ON (1) s, row_id FROM input_0 ORDER BY 1, 2 DESC) AS q",
    "* FROM (SELECT DISTINCT ON (s) s, row_id AS r FROM input_0 ORDER BY s, r DESC LIMIT 3) AS q",
    "* FROM (SELECT DISTINCT ON (u) UPPER(s) AS u, row_id AS r FROM input_0 ORDER BY u, r) AS q",
    "n FROM (SELECT DISTINCT LENGTH(s) AS n FROM input_0 ORDER BY LENGTH(s) LIMIT 3) AS q",
    "gift IS TRUE AS a, (i > 1) IS NOT FALSE AS b, gift = (i > 1) AS e",
    "s IS DISTINCT FROM Mixed AS a, i IS NOT DISTINCT FROM 1 AS b",
    "i BETWEEN 1 AND 5 AS a, at BETWEEN '2026-01-01' AND '2026-01-19' AS b, m > 0.5 AS c",
    "one_day IN ('2026-01-19', '2026-01-20') AS a, i NOT IN (1, NULL) AS b, s IN ('a', Mixed) AS c",
    "at + INTERVAL '3' MINUTES AS a, at - INTERVAL 2 WEEKS AS b, one_day - INTERVAL 1 YEAR AS c",
    "EXTRACT(EPOCH FROM one_day) AS a, EXTRACT(isodow FROM at) AS b, EXTRACT(doy FROM at) AS c",
    "EXTRACT(isoyear FROM one_day) AS a, EXTRACT(quarter FROM at) AS b, EXTRACT(dow FROM at) AS c",
    "DATE_TRUNC('week', at) AS a, DATE_TRUNC('quarter', one_day) AS b, DATE_TRUNC('minute', at) c",
    "MAKE_DATE(2024, 2, i + 1) AS x, MAKE_TIMESTAMP(2024, 2, 3, 4, 5, 6.25) AS y FROM input_0"
    " WHERE i BETWEEN 0 AND 20",
    "GREATEST(i, d) AS a, LEAST(m, i) AS b, GREATEST(one_day, at) AS c, GREATEST(i, NULL) AS e",
    "NULLIF(s, 'a') AS a, NULLIF(i, 1.5) AS b, NULLIF(one_day, '2026-01-20') AS c",
    "CASE WHEN gift THEN one_day ELSE at END AS x, COALESCE(one_day, at) AS y",
]

TIMES = [
    *("2026-01-31", "2026-01-31T12:30", "2026-01-31 12:30Z", "2026-01-31 12:30+05"),
    *("2026-01-31T12:30:15.5-0530", "2026-01-31T12:30:15.123456+05:30", "0001-01-01"),
    *("1969-12-31T23:59:59.999999", "9999-12-31T23:59:59", "2026-01-31T12:30+14:00"),
    *("2026-02-30", "2026-01-31T23:59:60", "2026-1-3", " 2026-01-31", "2026-01-31 12", "", "now"),
    *(None, "2026-01-31T12:30:15.1234567", "2026-01-31\n", "2026-01-31T12:60"),
]

REFUSED = {
    "MEDIAN(i) AS x": "MEDIAN",
    "i FROM input_0 ORDER BY i OFFSET 3": "OFFSET without LIMIT",
    "a.i FROM input_0 AS a LEFT JOIN input_0 AS b ON a.i < b.i": "LEFT JOIN without an equality",
    "RANK() OVER () AS n": "RANK without ORDER BY",
    "COUNT(DISTINCT s) OVER (ORDER BY i) AS n": "DISTINCT in an ordered window",
    "COUNT(*) OVER (PARTITION BY d) AS n": "a window partitioned by a double",
    "SUM(i) OVER (ORDER BY row_id GROUPS 2 PRECEDING) AS a": "a frame of GROUPS",
    "COUNT(*) OVER (ORDER BY i RANGE BETWEEN UNBOUNDED PRECEDING AND 2 PRECEDING) AS n": (
        "a RANGE of numbers with an open end"
    ),
    "COUNT(*) OVER (ORDER BY at RANGE INTERVAL 1 MONTH PRECEDING) AS n": "INTERVAL in MONTH",
    "(s, i) < ('a', 1) AS before_it": "a tuple",
    'a FROM (SELECT i AS a, s AS "A" FROM input_0) AS q': "a column `A` beside `a`",
    "CAST(s AS BIGINT) AS n": "a cast of string to int64",
    "s FROM input_0 EXCEPT ALL SELECT 1, 'a'": "EXCEPT ALL",
    "MAKE_TIMESTAMP(2024, 2, 3, 4, 5, d) AS y": "MAKE_TIMESTAMP of computed seconds",
    "n FROM (WITH RECURSIVE t AS (SELECT 1 AS n UNION SELECT n % 3 + 1 FROM t) SELECT n FROM t)"
    " AS q": "recursion by other than UNION ALL",
}


@pytest.mark.only_on("bigquery")
def test_pieces_give_the_same_rows(tmp_path: Path, oracle: DuckDB, engine: TestedEngine) -> None:
    pieces = {f"piece_{number}": piece for number, piece in enumerate(SAME)}
    root = write_queries(tmp_path / "project", pieces)
    compare(oracle, engine, compile_case(root, "duckdb"), compile_case(root, "bigquery"))


@pytest.mark.only_on("bigquery")
def test_text_is_the_same_time(oracle: DuckDB, engine: TestedEngine) -> None:
    found = []
    for one in (oracle, engine):
        dialect = find_dialect(one.dialect)
        text = exp.column("s")
        parsed, bad = dialect.parse_time(text, "null"), dialect.bad_time(text.copy())
        query = exp.select("i", exp.alias_(parsed, "parsed"), exp.alias_(bad, "bad")).from_("texts")
        one.load("texts", [Column("i", INT64), Column("s", STRING)], list(enumerate(TIMES)))
        found.append(dict.fromkeys(one.query(query.sql(dialect.printer)).rows))
    assert found[0] == found[1]


@pytest.mark.parametrize("piece", REFUSED)
def test_pieces_are_refused_at_their_line(piece: str, tmp_path: Path) -> None:
    root = write_queries(tmp_path / "project", {"query": piece})
    assert compile_case(root, "duckdb").artifacts
    with pytest.raises(CompileFailed) as failed:
        compile_case(root, "bigquery")
    (finding,) = failed.value.findings
    assert (finding.code, finding.severity) == ("unsupported", "error")
    assert REFUSED[piece] in finding.message
    assert finding.place is not None
    assert (finding.place.file, finding.place.line) == ("seeknal/query.yml", PIECE_LINE)
    assert finding.help

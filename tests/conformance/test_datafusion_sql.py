"""Users' SQL that DataFusion says in its own way, over rows at the ends of every type.

Pieces are those of `user_sql.py`: a column of a query over `input_0`, and what comes after it.
"""

from __future__ import annotations

import random
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from seeknal.compiler.findings import CompileFailed
from tests.cases import compile_case
from tests.compare import assert_same_rows
from tests.conformance.user_sql import PIECE_LINE, write_queries
from tests.naive import Table

if TYPE_CHECKING:
    from tests.engines.base import TestedEngine
    from tests.engines.duckdb import DuckDB

# Letters whose great or small ones engines do not agree on are written by name.
_TEXTS = [
    *("a", "B", "\u00e4", "", None, "it's", "a\\b", "a%b", "*/ --", "\u00df", " x ", "abcabc"),
    *("Stra\u00dfe", "TT", "\u212a", "x\ny", "\u65e5\u672c", "\u00a0x\u2003"),
    *("\N{GREEK CAPITAL LETTER SIGMA}", "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}"),
]
_VALUES: list[list[Any]] = [
    [0, 1, -1, 2, 7, -7, None, 2**31 - 1, -(2**31), 3, 10**9],
    [0.0, -0.0, 0.5, -0.5, 1.5, -2.5, 2.5, None, 1e10, 0.1, -99.99, 1e-9],
    [*map(Decimal, ("0.00", "1.50", "-0.05", "99999999.99", "0.10")), None],
    _TEXTS,
    _TEXTS,
    [True, False, None],
    [
        *(date(2026, 1, 20), None, date(1500, 3, 1), date(9999, 12, 31), date(1969, 12, 31)),
        *(date(2024, 2, 29), date(1, 1, 1), date(2026, 1, 4), date(2027, 1, 1)),
    ],
    [
        *(datetime(2026, 1, 20, 12, 30, 1, 500_000), None, datetime(1500, 3, 1, 5, 6, 7)),
        *(datetime(9999, 12, 31, 23, 59, 59, 999_999), datetime(1969, 12, 31, 23, 59, 59, 1)),
        *(datetime(2024, 2, 29), datetime(1, 1, 1), datetime(2026, 1, 31, 23, 59, 59, 100)),
    ],
]


def _rows() -> list[list[Any]]:
    chance = random.Random(5)
    return [[row, *(chance.choice(values) for values in _VALUES)] for row in range(150)]


SAME = [
    (
        "i + d AS a, d * m AS b, m + i AS c, m - d AS dd, m * m AS e, m * 2 AS f, d - "
        "0.5 AS g, d * 1.5 AS h FROM input_0 WHERE m < 1000"
    ),
    "s LIKE Mixed AS a FROM input_0 WHERE d > 0",
    ("i + 1 AS a, i - row_id AS b, row_id * 3 AS c, -i AS dd, i * row_id AS e, i + i - i AS f"),
    (
        "i / row_id AS a, d / i AS b, m / d AS c, m / i AS e, m / m AS f, 1 / d AS g, "
        "0.5 / d AS h, i / 0.5 AS j"
    ),
    (
        "d > m AS a, m = d AS b, d = 0.1 AS c, m = 0.1 AS e, i = 1.0 AS f, d BETWEEN m "
        "AND 2 AS g, d IN (m, 1.5, 2) AS h, m IN (d, 0.1) AS j, i < d AS k, d <> m AS l"
    ),
    (
        "NULLIF(d, 0) AS a, NULLIF(d, m) AS b, NULLIF(m, d) AS c, NULLIF(i, 1) AS e, "
        "NULLIF(s, 'a') AS f, NULLIF(d, 0.5) AS g, NULLIF(m, 0.1) AS h, NULLIF(i, d) AS "
        "j"
    ),
    (
        "COALESCE(d, m) AS a, COALESCE(m, d) AS b, COALESCE(i, d) AS c, COALESCE(i, m) "
        "AS e, COALESCE(one_day, at) AS f, COALESCE(m, 0.5) AS g, COALESCE(d, 1) AS h, "
        "COALESCE(m, 1) AS k"
    ),
    (
        "CASE WHEN gift THEN d ELSE m END AS a, CASE WHEN gift THEN i ELSE m END AS b, "
        "CASE WHEN gift THEN one_day ELSE at END AS c, CASE i WHEN 1.0 THEN 'x' WHEN 7 "
        "THEN 'y' END AS e, IF(gift, d, 0.5) AS f, CASE d WHEN m THEN 1 ELSE 0 END AS g"
    ),
    (
        "GREATEST(d, m) AS a, LEAST(i, d, NULL) AS b, GREATEST(m, 0.5) AS c, "
        "GREATEST(one_day, at) AS e, LEAST(s, Mixed) AS f, GREATEST(i, m) AS g"
    ),
    (
        "one_day < at AS a, one_day = at AS b, one_day BETWEEN at AND '2026-02-01' AS c, "
        "at IN ('2026-03-31', '2024-02-29 00:00') AS e, one_day IN ('2026-01-20', at) AS "
        "f, one_day IS DISTINCT FROM at AS g"
    ),
    (
        "CAST(d AS BIGINT) AS a, CAST(m AS BIGINT) AS b, CAST(i AS DECIMAL(20,2)) AS e, "
        "CAST(d AS DECIMAL(18,3)) AS f, CAST(m AS DECIMAL(12,1)) AS g, CAST(m AS DOUBLE) "
        "AS h, CAST(i AS DOUBLE) AS j"
    ),
    (
        "CAST(i AS BOOLEAN) AS a, CAST(d AS BOOLEAN) AS b, CAST(gift AS BIGINT) AS c, "
        "CAST(gift AS DECIMAL(5,2)) AS e, CAST(gift AS VARCHAR) AS f, CAST(m AS BOOLEAN) "
        "AS g"
    ),
    ("CAST(i / 4 AS INT) AS a, CAST(row_id AS INT) * 10 AS b, CAST(row_id AS INTEGER) + 1 AS c"),
    (
        "CAST(at AS DATE) AS a, CAST(one_day AS TIMESTAMP) AS b, CAST(at AS VARCHAR) AS "
        "c, CAST(one_day AS VARCHAR) AS e FROM input_0 WHERE row_id < 150"
    ),
    (
        "CAST(CAST(i AS VARCHAR) AS BIGINT) AS a, CAST(CAST(m AS VARCHAR) AS "
        "DECIMAL(10,1)) AS b, CAST(CAST(i AS VARCHAR) AS DOUBLE) AS c, CAST(CAST(one_day "
        "AS VARCHAR) AS DATE) AS e"
    ),
    (
        "ROUND(d) AS a, ROUND(d, 1) AS b, ROUND(m) AS c, ROUND(m, 1) AS e, CEIL(d) AS f, "
        "FLOOR(d) AS g, CEIL(m) AS h, FLOOR(m) AS j, CEIL(i) AS k, ABS(d) AS l, ABS(m) "
        "AS o, ABS(i) AS p, SIGN(d) AS q, SIGN(m) AS r, SIGN(i) AS t"
    ),
    (
        "POWER(d, 2) AS a, POWER(2, d) AS b, SQRT(ABS(d)) AS c, EXP(d / 1e10) AS e, "
        "LN(ABS(d) + 1) AS f, POWER(i, 0.5) AS g FROM input_0 WHERE i >= 0 AND d < 100"
    ),
    (
        "LENGTH(s) AS a, UPPER(s) AS b, LOWER(s) AS c, TRIM(s) AS e, LTRIM(s) AS f, "
        "RTRIM(s) AS g, REPLACE(s, 'a', '') AS h, STRPOS(s, 'b') AS j, STARTS_WITH(s, "
        "'a') AS k, SUBSTRING(s, 2, 1) AS l, SUBSTRING(s, 3) AS o, RIGHT(s, 2) AS p, "
        "SPLIT_PART(s, 'b', 2) AS q, MD5(s) AS r"
    ),
    (
        "s || Mixed AS a, CONCAT(s, i, at) AS b, CONCAT_WS('-', s, Mixed, m) AS c, s || "
        "at AS e, s || one_day || i AS f, s || m AS g, CONCAT(gift, one_day) AS h"
    ),
    (
        "TRIM(BOTH 'a' FROM s) AS a, TRIM(s, 'ab') AS b, POSITION('a' IN s) AS c, "
        "STRPOS(s, '') AS e, SUBSTRING(s, -2) AS f, STRPOS(s, Mixed) AS g, "
        "STARTS_WITH(s, Mixed) AS h"
    ),
    (
        "s LIKE 'a%' AS a, s LIKE '%\\%' AS b, s LIKE 'a\\b' AS c, s LIKE '_' AS e, s NOT "
        "LIKE '%a%' AS f, s LIKE 'a!%b' ESCAPE '!' AS g, s ILIKE 'STRASSE' AS h, s ILIKE "
        "'k' AS j, s ILIKE 'A%' AS k, s LIKE 'x_y' AS l, s LIKE '%' AS o, s LIKE '' AS p"
    ),
    (
        "REGEXP_MATCHES(s, '^a') AS a, REGEXP_MATCHES(s, 'b$') AS b, REGEXP_MATCHES(s, "
        "'[a-c]{2,}') AS c, REGEXP_MATCHES(s, '^.$') AS e, REGEXP_MATCHES(s, '(a|B)') AS "
        "f, REGEXP_MATCHES(s, 'x.y') AS g"
    ),
    (
        "s < Mixed AS a, s BETWEEN 'a' AND 'b' AS b, s IN ('a', 'ß', '') AS c, s IS NOT "
        "DISTINCT FROM Mixed AS e, s >= 'ä' AS f"
    ),
    (
        "EXTRACT(YEAR FROM at) AS a, EXTRACT(MONTH FROM one_day) AS b, EXTRACT(DAY FROM "
        "at) AS c, EXTRACT(HOUR FROM at) AS e, EXTRACT(MINUTE FROM at) AS f, "
        "EXTRACT(SECOND FROM at) AS g, EXTRACT(QUARTER FROM one_day) AS h, EXTRACT(WEEK "
        "FROM one_day) AS j, EXTRACT(DOW FROM at) AS k, EXTRACT(ISODOW FROM one_day) AS "
        "l, EXTRACT(DOY FROM at) AS o, EXTRACT(ISOYEAR FROM one_day) AS p, EXTRACT(EPOCH "
        "FROM at) AS q, EXTRACT(EPOCH FROM one_day) AS r, EXTRACT(HOUR FROM one_day) AS "
        "t"
    ),
    (
        "DATE_TRUNC('year', at) AS a, DATE_TRUNC('quarter', at) AS b, "
        "DATE_TRUNC('month', at) AS c, DATE_TRUNC('week', at) AS e, DATE_TRUNC('day', "
        "at) AS f, DATE_TRUNC('month', one_day) AS g, DATE_TRUNC('week', one_day) AS h "
        "FROM input_0 WHERE row_id >= 0"
    ),
    (
        "DATE_TRUNC('hour', at) AS a, DATE_TRUNC('minute', at) AS b, "
        "DATE_TRUNC('second', at) AS c FROM input_0 WHERE at BETWEEN '1900-01-01' AND "
        "'2200-01-01'"
    ),
    (
        "one_day + 1 AS a, one_day - 3 AS b, DATE_DIFF('day', one_day, at) AS c, one_day "
        "- DATE '2026-01-01' AS e, one_day + CAST(row_id AS INT) AS f, CAST(at AS DATE) "
        "- one_day AS g FROM input_0 WHERE one_day BETWEEN '1000-01-01' AND '9000-01-01'"
    ),
    (
        "at + INTERVAL 1 MONTH AS a, at - INTERVAL 1 YEAR AS b, one_day + INTERVAL 1 DAY "
        "AS c, at - INTERVAL 90 MINUTE AS e, at + INTERVAL 1 WEEK AS f, at - INTERVAL "
        "1500 MILLISECOND AS g, at + INTERVAL 1 MICROSECOND AS h, one_day - INTERVAL 1 "
        "MONTH AS j FROM input_0 WHERE at BETWEEN '1000-01-01' AND '9000-01-01' AND "
        "one_day BETWEEN '1000-01-01' AND '9000-01-01'"
    ),
    (
        "MAKE_DATE(2020, 2, CAST(i AS INT)) AS a, MAKE_TIMESTAMP(1500, 1, 2, 3, 4, 5.25) "
        "AS b FROM input_0 WHERE i BETWEEN 1 AND 28"
    ),
    (
        "s, COUNT(*) AS a, COUNT(DISTINCT d) AS b, SUM(i) AS c, SUM(d) AS e, SUM(m) AS "
        "f, AVG(i) AS g, AVG(m) AS h, AVG(d) AS j, MIN(s) AS k, MAX(m) AS l, "
        "MIN(one_day) AS o, MAX(at) AS p FROM input_0 GROUP BY s"
    ),
    (
        "gift, STDDEV(d) AS a, VAR_SAMP(i) AS b, STDDEV_POP(m) AS c, VAR_POP(d) AS e, "
        "MEDIAN(d) AS f, MEDIAN(i) AS g, BOOL_AND(gift) AS h, BOOL_OR(gift) AS j, "
        "COUNT_IF(gift) AS k, MIN(gift) AS l, SUM(i) FILTER (WHERE d > 0) AS o, AVG(i) "
        "FILTER (WHERE d > 0) AS p, COUNT(DISTINCT s) FILTER (WHERE gift) AS q, "
        "AVG(DISTINCT i) AS r, SUM(DISTINCT i) AS t, SUM(DISTINCT m) AS u, SUM(DISTINCT "
        "d) AS w FROM input_0 GROUP BY gift"
    ),
    (
        "SUM(i) AS a, SUM(CAST(i AS DOUBLE)) AS b, SUM(CAST(i AS DECIMAL(20,2))) AS c, "
        "AVG(CAST(i AS DOUBLE)) AS e, MAX(CAST(i AS DOUBLE)) AS f, MAX(i) AS g, "
        "MIN(CAST(at AS DATE)) AS h, MIN(at) AS j FROM input_0"
    ),
    (
        "CAST(at AS DATE) AS a, at, one_day, COUNT(*) AS n FROM input_0 GROUP BY CAST(at "
        "AS DATE), at, one_day"
    ),
    (
        "COUNT(*) AS a, SUM(i) AS b, AVG(m) AS c, COUNT_IF(gift) AS e, MAX(s) AS f, "
        "MEDIAN(d) AS g FROM input_0 WHERE i = 99"
    ),
    "d, COUNT(*) AS n, SUM(i) AS b FROM input_0 GROUP BY d",
    (
        "ROW_NUMBER() OVER (PARTITION BY d ORDER BY row_id) AS a, RANK() OVER (ORDER BY "
        "d) AS b, DENSE_RANK() OVER (ORDER BY d DESC) AS c, NTILE(4) OVER (ORDER BY "
        "row_id) AS e, PERCENT_RANK() OVER (ORDER BY m) AS f, CUME_DIST() OVER (ORDER BY "
        "i DESC) AS g, ROW_NUMBER() OVER (ORDER BY row_id) - 10 AS h, RANK() OVER "
        "(PARTITION BY s ORDER BY i, m DESC) AS j"
    ),
    (
        "LAG(i) OVER (ORDER BY row_id) AS a, LEAD(d, 2, 0) OVER (ORDER BY row_id) AS b, "
        "LAG(s, 1, 'none') OVER (PARTITION BY gift ORDER BY row_id) AS c, FIRST_VALUE(m) "
        "OVER (PARTITION BY s ORDER BY row_id) AS e, LAST_VALUE(i) OVER (PARTITION BY s "
        "ORDER BY row_id) AS f, NTH_VALUE(s, 3) OVER (ORDER BY row_id) AS g, LEAD(m, 1, "
        "0) OVER (ORDER BY row_id) AS h, LAG(one_day, 1, DATE '2026-01-01') OVER (ORDER "
        "BY row_id) AS j"
    ),
    (
        "SUM(d) OVER (ORDER BY row_id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS a, "
        "AVG(d) OVER (ORDER BY row_id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS b, "
        "SUM(i) OVER (ORDER BY row_id ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING) AS c, "
        "AVG(i) OVER (ORDER BY row_id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS e, "
        "STDDEV(d) OVER (ORDER BY row_id ROWS BETWEEN 4 PRECEDING AND CURRENT ROW) AS f, "
        "VAR_POP(d) OVER (ORDER BY row_id ROWS BETWEEN CURRENT ROW AND 3 FOLLOWING) AS "
        "g, SUM(m) OVER (ORDER BY row_id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS h, "
        "MIN(d) OVER (ORDER BY row_id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS j, "
        "COUNT(d) OVER (ORDER BY row_id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS k, "
        "MAX(s) OVER (ORDER BY row_id ROWS BETWEEN 3 PRECEDING AND 1 FOLLOWING) AS l"
    ),
    (
        "SUM(d) OVER (ORDER BY row_id RANGE BETWEEN 5 PRECEDING AND CURRENT ROW) AS a, "
        "SUM(i) OVER (PARTITION BY gift ORDER BY row_id RANGE BETWEEN 5 PRECEDING AND 1 "
        "FOLLOWING) AS b, COUNT(*) OVER (ORDER BY d) AS c, SUM(i) OVER (ORDER BY d) AS "
        "e, SUM(d) FILTER (WHERE gift) OVER (ORDER BY row_id ROWS 3 PRECEDING) AS f, "
        "AVG(i) FILTER (WHERE gift) OVER (PARTITION BY d) AS g, AVG(m) FILTER (WHERE "
        "gift) OVER (ORDER BY row_id ROWS 3 PRECEDING) AS h"
    ),
    (
        "SUM(i) OVER () AS a, SUM(CAST(i AS DOUBLE)) OVER () AS b, MAX(CAST(i AS "
        "DOUBLE)) OVER () AS c, MAX(i) OVER () AS e, AVG(i) OVER () AS f, AVG(CAST(i AS "
        "DOUBLE)) OVER () AS g"
    ),
    "m AS x FROM input_0 UNION ALL SELECT 2, d FROM input_0",
    "x FROM (SELECT m AS x FROM input_0 UNION ALL SELECT d FROM input_0) AS q",
    "i, s FROM input_0 UNION SELECT 1, row_id, s FROM input_0",
    "i FROM input_0 INTERSECT SELECT 1, row_id FROM input_0",
    "i FROM input_0 EXCEPT SELECT 1, row_id FROM input_0",
    (
        "a.row_id FROM input_0 AS a WHERE EXISTS (SELECT 1 FROM input_0 AS b WHERE b.i = "
        "a.row_id AND b.row_id < a.row_id + 100)"
    ),
    ("row_id FROM input_0 WHERE i NOT IN (SELECT row_id FROM input_0 WHERE row_id < 5)"),
    "row_id FROM input_0 WHERE i NOT IN (SELECT i FROM input_0 WHERE row_id < 50)",
    (
        "i - (SELECT MIN(i) FROM input_0) AS x, (SELECT COUNT(*) FROM input_0 WHERE "
        "gift) AS n FROM input_0"
    ),
    (
        "a.row_id, b.row_id AS other FROM input_0 AS a LEFT JOIN input_0 AS b ON a.i = "
        "b.row_id AND a.d > b.m"
    ),
    ("row_id, a.s FROM input_0 AS a JOIN input_0 AS b USING (row_id) WHERE a.i IS NOT NULL"),
    (
        "a.row_id AS x, b.row_id AS y FROM input_0 AS a FULL JOIN (SELECT * FROM input_0 "
        "WHERE row_id > 100) AS b ON a.s = b.s AND a.i = b.i"
    ),
    (
        "gift IS TRUE AS a, gift IS NOT TRUE AS b, (i > 1) IS FALSE AS c, NOT gift AS e, "
        "gift AND i > 0 AS f, gift OR NULL AS g"
    ),
    ("row_id FROM input_0 WHERE (i, s) IN ((1, 'a'), (7, 'B')) OR (i, gift) = (2, TRUE)"),
    "i * 4000000000 AS x FROM input_0 WHERE i < 100",
    ("row_id, d FROM input_0 QUALIFY ROW_NUMBER() OVER (PARTITION BY d ORDER BY row_id) = 1"),
    "d FROM (SELECT DISTINCT d, gift FROM input_0) AS q",
    "row_id FROM input_0 ORDER BY d DESC, row_id LIMIT 40",
    ("row_id FROM input_0 ORDER BY s NULLS FIRST, m DESC NULLS LAST, row_id LIMIT 40 OFFSET 3"),
]

REFUSED = {
    "(SELECT MAX(b.i) FROM input_0 AS b WHERE b.s = a.s) AS m FROM input_0 AS a": "a value that",
    "i IN (SELECT row_id FROM input_0) AS x FROM input_0": "IN (SELECT …) as a value",
    "EXISTS (SELECT 1 FROM input_0 WHERE i > 3) AS x FROM input_0": "EXISTS as a value",
    "REPLACE(s, Mixed, '') AS x": "REPLACE of a computed or empty text",
    "REPLACE(s, '', '-') AS x": "REPLACE of a computed or empty text",
    "s ILIKE '\u00c4%' AS x": "ILIKE with a pattern beyond ASCII",
    "MAKE_TIMESTAMP(2024, 2, row_id, 4, 5, 6) AS x": "MAKE_TIMESTAMP of computed parts",
    "CAST(s AS TIMESTAMP) AS x": "a cast of string to timestamp",
    "s FROM input_0 WHERE REGEXP_MATCHES(s, '[a&&b]')": "the pattern",
    "i FROM input_0 EXCEPT ALL SELECT 1, row_id FROM input_0": "EXCEPT ALL",
    "SUM(d) OVER w AS a FROM input_0 WINDOW w AS (ORDER BY row_id)": "a WINDOW clause",
    "QUANTILE_CONT(d, 0.3) AS q": "`QUANTILE_CONT`",
}

OVERFLOWS = [
    "i * 9223372036854775807 AS x",
    "i + 9223372036854775807 AS x",
    "-9223372036854775807 - i AS x FROM input_0 WHERE i > 1",
    "SUM(i * 1000000000) AS x FROM input_0, (SELECT 1 FROM input_0) AS b WHERE i > 100",
]


@pytest.mark.only_on("datafusion")
def test_pieces_give_the_same_rows(tmp_path: Path, oracle: DuckDB, engine: TestedEngine) -> None:
    pieces = {f"piece_{number}": piece for number, piece in enumerate(SAME)}
    root = write_queries(tmp_path / "project", pieces)
    ours, theirs = compile_case(root, "duckdb"), compile_case(root, "datafusion")
    columns = ours.model.nodes["source.events"].columns
    for one in (oracle, engine):
        one.load("source_events", columns, _rows())
    for node in (f"transform.{name}" for name in pieces):
        artifact = ours.artifacts[node]
        types = tuple((column.name, str(column.type)) for column in artifact.columns)
        found = engine.query(theirs.artifacts[node].sql)
        expected = Table(types, oracle.query(artifact.sql).rows)
        assert_same_rows(expected, found.columns, found.rows)


@pytest.mark.only_on("datafusion")
@pytest.mark.parametrize("piece", OVERFLOWS)
def test_integers_do_not_wrap(piece: str, tmp_path: Path, engine: TestedEngine) -> None:
    root = write_queries(tmp_path / "project", {"query": piece})
    compilation = compile_case(root, "datafusion")
    columns = compilation.model.nodes["source.events"].columns
    engine.load("source_events", columns, _rows())
    with pytest.raises(engine.overflow):
        engine.query(compilation.artifacts["transform.query"].sql)


@pytest.mark.only_on("datafusion")
def test_a_frame_that_moves_keeps_the_digits_of_doubles(
    tmp_path: Path, engine: TestedEngine
) -> None:
    frame = "(ORDER BY row_id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"
    words = ("SUM", "AVG", "STDDEV")
    piece = ", ".join(f"{word}(d) OVER {frame} AS of_{word}" for word in words)
    root = write_queries(tmp_path / "project", {"query": piece})
    compilation = compile_case(root, "datafusion")
    columns = compilation.model.nodes["source.events"].columns
    rows = [[row, 0, d, *[None] * 6] for row, d in enumerate([1e17, 1.0, 3.0, None])]
    engine.load("source_events", columns, rows)
    found = engine.query(compilation.artifacts["transform.query"].sql)
    assert sorted(row[1:3] for row in found.rows)[:2] == [(3.0, 3.0), (4.0, 2.0)]
    assert [row[3] for row in found.rows if row[1] == 4.0] == [pytest.approx(2**0.5)]


@pytest.mark.parametrize("piece", REFUSED)
def test_pieces_are_refused_at_their_line(piece: str, tmp_path: Path) -> None:
    root = write_queries(tmp_path / "project", {"query": piece})
    assert compile_case(root, "duckdb").artifacts
    with pytest.raises(CompileFailed) as failed:
        compile_case(root, "datafusion")
    (finding,) = failed.value.findings
    assert (finding.code, finding.severity) == ("unsupported", "error")
    assert REFUSED[piece] in finding.message
    assert finding.place is not None
    assert (finding.place.file, finding.place.line) == ("seeknal/query.yml", PIECE_LINE)

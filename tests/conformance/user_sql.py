"""Users' SQL that engines say differently: each piece gives DuckDB's rows, or is refused.

A piece is a column of a query over `input_0`, or a column and all that comes after it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

EVENTS = """\
kind: source
name: events
relation: raw_events
schema:
  - {name: row_id, data_type: int64}
  - {name: i, data_type: int64}
  - {name: d, data_type: double}
  - {name: m, data_type: "decimal(10,2)"}
  - {name: s, data_type: string}
  - {name: Mixed, data_type: string}
  - {name: gift, data_type: boolean}
  - {name: one_day, data_type: date}
  - {name: at, data_type: timestamp}
"""
_QUERY = """\
kind: transform
name: NAME
inputs: [{ref: source.events}]
transform: |
  SELECT
    1 AS one,
"""
PIECE_LINE = _QUERY.count("\n") + 1
"""The line of the piece in its file."""


def write_queries(root: Path, pieces: Mapping[str, str]) -> Path:
    """A project with a transform for each piece, by its name, which has it on its own line."""
    (root / "seeknal").mkdir(parents=True)
    (root / "seeknal" / "events.yml").write_text(EVENTS, "utf-8")
    for name, piece in pieces.items():
        end = "" if re.search(r" FROM (input_0|\(|v)", piece) else "  FROM input_0\n"
        text = f"{_QUERY.replace('NAME', name)}    {piece}\n{end}"
        (root / "seeknal" / f"{name}.yml").write_text(text, "utf-8")
    return root


SAME = {
    "QUALIFY": "s FROM input_0 QUALIFY ROW_NUMBER() OVER (PARTITION BY s) = 1",
    "QUALIFY of all columns": "* FROM input_0 QUALIFY RANK() OVER (ORDER BY s, row_id) < 9",
    "QUALIFY by an alias in order": (
        "s, RANK() OVER (ORDER BY d, row_id) AS place FROM input_0"
        " QUALIFY place < 20 ORDER BY row_id LIMIT 7"
    ),
    "an alias is used beside it": "i + 1 AS more, more * 2 AS twice",
    "an alias is used in WHERE": "i + 1 AS more FROM input_0 WHERE more > 3",
    "an alias is used in HAVING": "s, COUNT(*) AS n FROM input_0 GROUP BY s HAVING n > 3",
    "an alias is used in GROUP BY": "UPPER(s) AS big, COUNT(*) AS n FROM input_0 GROUP BY big",
    "an alias hides no column": "i + 1 AS d, d * 2 AS twice",
    "mixed case": "s AS Folded",
    "mixed case in a CTE": (
        "Total FROM (WITH Sums AS (SELECT SUM(I) AS Total FROM Input_0)"
        " SELECT TOTAL FROM sums AS T)"
    ),
    "another case than the column's": "mixed AS lower_case",
    "another case in USING": "A.Mixed FROM input_0 AS a JOIN input_0 AS b USING (ROW_ID)",
    "columns without a name": "COUNT(*), MAX(s), i + 1 FROM input_0 GROUP BY i",
    "LIKE has an escape": r"s LIKE '\*%' AS found",
    "LIKE of a column": "s LIKE Mixed AS found",
    "LIKE with an ESCAPE": "s LIKE '!*%' ESCAPE '!' AS found",
    "NOT LIKE": r"s NOT LIKE '\%' AS found",
    "ILIKE": "s ILIKE 'B' AS found",
    "a negative place in SUBSTRING": "SUBSTRING(s, -2) AS end_of_it",
    "booleans joined to text": "CONCAT(gift, s, i, one_day) AS joined",
    "|| of values": "s || gift || i || one_day || at AS joined",
    "CONCAT_WS": "CONCAT_WS('-', s, gift, NULL, i) AS joined",
    "UPPER and LOWER": "UPPER(s) AS upper_s, LOWER(s) AS lower_s, UPPER('straße ǆ') AS street",
    "UPPER of letters with several capitals": (
        "UPPER(s || 'ßŉƛǰɤΐևẖẚὖᾀᾈᾳᾴᾷῆῌῳﬁﬄﬓ') AS a,"
        " UPPER('ﬁ' || Mixed) AS b, LOWER(s || 'İΣᾈẞ') AS c"
    ),
    "TRIM of every space": (
        "TRIM('\u00a0 \u1680x\u3000\u2003') AS both, LTRIM(s || '\u2009') AS l,"
        " RTRIM(s || '\u2009') AS r, TRIM('\t x\u200b') AS no_spaces"
    ),
    "NULL in tuples": (
        "(s, i) = (Mixed, NULL) AS same, (s, i) <> ('a', NULL) AS other,"
        " (i, s) IN ((1, 'a'), (NULL, 'b'), (NULL, NULL)) AS listed"
    ),
    "order of text": "s < 'b' AS less, s BETWEEN 'A' AND 'b' AS between_them, 'x' >= s AS le",
    "LIMIT in order of text": "s, row_id FROM input_0 ORDER BY s, row_id LIMIT 11",
    "LIMIT in order of an alias": "s AS text, row_id FROM input_0 ORDER BY text DESC, 3 LIMIT 11",
    "windows in order of text": "RANK() OVER (ORDER BY s DESC) AS place",
    "extremes of text": "MIN(s) OVER () AS least_s, MAX(s) OVER (PARTITION BY i) AS most",
    "GREATEST of text": "GREATEST(s, Mixed, NULL) AS most, LEAST(s, 'b') AS least_s",
    "dates as text": "CAST(one_day AS VARCHAR) AS one_text, CAST(at AS VARCHAR) AS at_text",
    "numbers as text": "CAST(i AS VARCHAR) AS i_text, CAST(m AS VARCHAR) AS m_text",
    "VARCHAR of a length": "CAST(s AS VARCHAR(1)) AS cut",
    "EXTRACT SECOND": "EXTRACT(SECOND FROM at) AS seconds",
    "EXTRACT": "EXTRACT(YEAR FROM one_day) AS y, EXTRACT(EPOCH FROM at) AS e",
    "parts of times": (
        "YEAR(one_day) AS y, MONTH(at) AS mo, DATE_PART('dow', at) AS dow,"
        " DATE_PART('week', one_day) AS w, DATE_PART('hour', one_day) AS h"
    ),
    "DATE_TRUNC": "DATE_TRUNC('month', one_day) AS mo, DATE_TRUNC('hour', at) AS h",
    "days and intervals": (
        "one_day + CAST(i AS INT) AS later FROM input_0 WHERE i < 10"
        " UNION ALL SELECT 1, one_day - 3 FROM input_0"
    ),
    "an interval": "one_day + INTERVAL 1 MONTH AS one_more, at - INTERVAL '2 hours' AS before_it",
    "days in milliseconds": "(one_day - DATE '1970-01-01') * 86400000 AS ms",
    "SUM of int64": "SUM(i) OVER (ORDER BY row_id) AS total",
    "SUM with FILTER": "SUM(i) FILTER (WHERE gift) AS total, COUNT_IF(gift) AS n",
    "AVG of int64": "AVG(i) OVER () AS mean, AVG(m) OVER (PARTITION BY s) AS mean_m",
    "STDDEV of decimals": "STDDEV(m) OVER () AS spread",
    "POWER of decimals": "POWER(m, 2) AS squared, SQRT(ABS(m)) AS root, EXP(m / 1000) AS e",
    "ROUND": "ROUND(m, 1) AS m1, ROUND(d, 1) AS d1, ROUND(d) AS d0, ROUND(i, 2) AS i2",
    "FLOOR": "FLOOR(i) AS i0, FLOOR(m) AS m0, CEIL(d) AS d0",
    "SIGN": "SIGN(i) AS sign_i, SIGN(d) AS sign_d",
    "MIN of booleans": "MIN(gift) OVER () AS least_gift, MAX(gift) OVER (PARTITION BY s) AS most",
    "MEDIAN": "MEDIAN(i) AS middle, MEDIAN(d) FILTER (WHERE gift) AS middle_given",
    "numbers as booleans": "CAST(i AS BOOLEAN) AS given, CAST(d AS BOOLEAN) AS given_d",
    "booleans as numbers": "CAST(gift AS INT) AS one_or_none, CAST(gift AS DOUBLE) AS as_double",
    "doubles as decimals": (
        "CAST(d AS DECIMAL(10, 1)) AS d1, CAST(CAST('1.005' AS DOUBLE) AS DECIMAL(10, 2)) AS c,"
        " CAST(d / 8 AS DECIMAL(10, 2)) AS e, CAST(d AS DECIMAL(10, 0)) AS whole"
    ),
    "doubles as integers": "CAST(d AS BIGINT) AS d0, CAST(m AS INT) AS m0, CAST(d / 2 AS INT) AS h",
    "division": "i / 2 AS half, (d + 9) / i AS by_zero, (m + 0.5) / row_id AS of_decimals",
    "division by what is not 0": "m / NULLIF(i, 0) AS guarded, SUM(d) OVER () / 3 AS a_third",
    "an exponent": "1e3 AS thousand, 1.5 AS decimal_it_is, 0.1 + 0.2 AS third",
    "NULL of no type": "COALESCE(NULL, i) AS something, CASE WHEN gift THEN NULL ELSE s END AS t",
    "NULL in a UNION": "NULL AS x FROM input_0 UNION ALL SELECT 2, s FROM input_0",
    "types that differ in a UNION": "i AS x FROM input_0 UNION ALL SELECT 2, d FROM input_0",
    "CASE of two number types": "CASE WHEN gift THEN i ELSE d END AS x, IF(gift, 1, 2.5) AS y",
    "text beside a time": "one_day >= '2026-01-01' AS late, at < '2026-01-19 12:00:00' AS early",
    "SPLIT_PART": "SPLIT_PART(s, 't', 2) AS after_it",
    "a dot in a pattern": "REGEXP_MATCHES(s, '^.$') AS single, REGEXP_MATCHES(s, '[p.]a') AS pa",
    "NULLs in an order": "s, i FROM input_0 ORDER BY i DESC, s, row_id LIMIT 55",
    "NULLs in a window": "ROW_NUMBER() OVER (ORDER BY i DESC, row_id) AS place",
    "DISTINCT ON": "row_id FROM (SELECT DISTINCT ON (s) * FROM input_0 ORDER BY s, row_id) AS q",
    "a correlated subquery": (
        "(SELECT MAX(b.S) FROM input_0 AS b WHERE b.i = a.I) AS most FROM input_0 AS a"
    ),
    "VALUES": "v.W FROM (VALUES (1, 'a'), (2, NULL)) AS v(n, w)",
    "a recursive CTE": (
        "n FROM (WITH RECURSIVE Steps AS (SELECT 1 AS N UNION ALL SELECT n + 1 FROM steps"
        " WHERE n < 4) SELECT * FROM steps) AS q"
    ),
}

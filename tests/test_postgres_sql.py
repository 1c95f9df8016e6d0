"""Users' SQL that PostgreSQL cannot run is refused, and what runs has the promised types."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from seeknal.compiler.dialects.postgres import type_name
from seeknal.compiler.findings import CompileFailed
from seeknal.compiler.model import ResolvedSource
from tests.cases import compile_case
from tests.conformance.user_sql import PIECE_LINE, SAME, write_queries

REFUSED = [
    "i % 2 AS odd",
    "i // 2 AS half",
    "s[1:2] AS head",
    "[i, 2] AS pair",
    "{'a': i} AS record",
    "TRY_CAST(s AS BIGINT) AS number",
    "DATE_DIFF('hour', at, TIMESTAMP '2026-01-01') AS hours",
    "ROUND(d, CAST(i AS INT)) AS rounded",
    "STRFTIME(one_day, '%Y-%m') AS month",
    "REGEXP_EXTRACT(s, '[a-z]+') AS word",
    "LPAD(s, 5, '.') AS padded",
    "HASH(s) AS hashed",
    "RANDOM() AS chance",
    "LAG(i IGNORE NULLS) OVER (ORDER BY row_id) AS previous",
    "QUANTILE_CONT(d, 0.3) OVER () AS q",
    "LIST(i) OVER () AS everything",
    "ARG_MAX(s, i) OVER () AS s_of_greatest",
    "APPROX_COUNT_DISTINCT(s) OVER () AS about",
    "i & 1 AS odd",
    "s COLLATE NOCASE AS folded",
    "* EXCLUDE (row_id) FROM input_0",
    "i FROM input_0 TABLESAMPLE 10%",
    "a.i FROM input_0 AS a SEMI JOIN input_0 AS b ON a.i = b.i",
    "b.i FROM input_0 AS a ASOF JOIN input_0 AS b ON a.s = b.s AND a.i >= b.i",
    "UNNEST([1, 2]) AS n",
    "i FROM input_0 UNION ALL BY NAME SELECT row_id, i FROM input_0",
    "a.i FROM input_0 AS a POSITIONAL JOIN input_0 AS b",
    "a.i FROM input_0 AS a NATURAL JOIN input_0 AS b",
    "CAST(d AS VARCHAR) AS spelt",
    "CONCAT(d, s) AS joined",
    "CAST(m * m AS VARCHAR) AS spelt",
    "MEDIAN(d) OVER () AS middle",
    "MEDIAN(m) AS middle",
    "CAST(i AS HUGEINT) AS big",
    "CAST(i AS TINYINT) AS small",
    "CAST(d AS FLOAT) AS single",
    "CAST(at AS TIMESTAMPTZ) AS zoned",
    "CAST(d AS DECIMAL(38, 2)) AS long",
    "SUBSTRING(s, 0) AS whole",
    "SUBSTRING(s, i) AS rest",
    "SPLIT_PART(s, '', 1) AS letter",
    "REGEXP_MATCHES(s, '\\d') AS found",
    "REGEXP_MATCHES(s, Mixed) AS found",
    "s ILIKE 'Ä' AS found",
    "s = i AS same",
    "one_day = 'yesterday' AS same",
    "CAST('1/2/2026' AS DATE) AS a_day",
    "CASE WHEN i THEN 1 END AS truthy",
    "at - at AS nothing",
    "one_day + INTERVAL (i) DAY AS later",
    "DATE_TRUNC('decade', at) AS decade",
    "EXTRACT(MILLISECOND FROM at) AS ms",
    "SUM(gift) AS gifts",
    "q.s FROM (SELECT DISTINCT s FROM input_0 ORDER BY s LIMIT 3) AS q",
    "i FROM input_0 LIMIT 10%",
    "LAG(i, 1, 0.5) OVER (ORDER BY row_id) AS previous",
    "(s, i) < ('a', 1) AS before_it",
]


@pytest.mark.parametrize("piece", REFUSED)
def test_sql_that_postgres_cannot_run_is_refused_at_its_line(piece: str, tmp_path: Path) -> None:
    root = write_queries(tmp_path / "project", {"query": piece})
    assert compile_case(root, "duckdb").artifacts
    with pytest.raises(CompileFailed) as failed:
        compile_case(root, "postgres")
    (finding,) = failed.value.findings
    assert (finding.code, finding.severity) == ("unsupported", "error")
    assert finding.place is not None
    assert (finding.place.file, finding.place.line) == ("seeknal/query.yml", PIECE_LINE)
    assert finding.help


def test_columns_have_the_promised_types(tmp_path: Path, postgres: psycopg.Connection) -> None:
    pieces = {f"query_{number}": piece for number, piece in enumerate(SAME.values())}
    compilation = compile_case(write_queries(tmp_path / "project", pieces), "postgres")
    source = compilation.model.nodes["source.events"]
    assert isinstance(source, ResolvedSource)
    columns = ", ".join(f'"{c.name}" {type_name(c.type)}' for c in source.columns)
    with postgres.transaction(force_rollback=True):
        postgres.execute(f"CREATE TABLE source_events ({columns})".encode())
        for node, artifact in compilation.artifacts.items():
            if artifact.kind == "source":
                continue
            postgres.execute(f"CREATE TABLE {artifact.relation} AS {artifact.sql}".encode())
            found = postgres.execute(TYPES_OF_COLUMNS, [artifact.relation]).fetchall()
            wanted = [
                (column.name, PROMISED.get(str(column.type), str(column.type)))
                for column in artifact.columns
            ]
            same = [(name, "bigint" if type_ == "integer" else type_) for name, type_ in found]
            assert wanted == same, node


TYPES_OF_COLUMNS = """\
SELECT attname, format_type(atttypid, atttypmod)
FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0
ORDER BY attnum
"""
PROMISED = {
    "int64": "bigint",
    "double": "double precision",
    "string": "text",
    "timestamp": "timestamp without time zone",
    **{f"decimal({p},{s})": f"numeric({p},{s})" for p in range(39) for s in range(p + 1)},
}

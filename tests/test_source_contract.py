"""A source's `schema:` is a contract with its file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from seeknal.compiler.build import Options, compile_project
from seeknal.compiler.findings import CompileFailed

OPTIONS = Options(run_date=date(2026, 1, 31))


def project(root: Path, schema: str, select: str, *, format: str = "parquet") -> Path:
    import duckdb

    (root / "seeknal").mkdir()
    table = f"events.{format}"
    duckdb.connect().execute(f"COPY ({select}) TO '{root / table}'")
    (root / "seeknal" / "events.yml").write_text(
        f"kind: source\nname: events\nsource: {format}\ntable: {table}\nschema: {schema}\n"
    )
    return root


def findings(root: Path) -> list[tuple[str, str]]:
    try:
        compile_project(root, OPTIONS)
    except CompileFailed as failed:
        return [(finding.code, finding.message) for finding in failed.findings]
    return []


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("int64", "1::TINYINT"),
        ("int64", "1::UINTEGER"),
        ("double", "1.5::FLOAT"),
        ("decimal(10,2)", "1.5::DECIMAL(8,1)"),
        ("decimal(20,0)", "1::BIGINT"),
        ("timestamp", "DATE '2026-01-01'"),
        ("timestamp", "TIMESTAMPTZ '2026-01-01 00:00:00+00'"),
        ("string", "'x'"),
    ],
)
def test_a_type_that_becomes_the_declared_one_is_kept(
    tmp_path: Path, declared: str, value: str
) -> None:
    schema = f'[{{name: x, data_type: "{declared}"}}]'
    assert findings(project(tmp_path, schema, f"SELECT {value} AS x")) == []


@pytest.mark.parametrize(
    ("declared", "value", "found"),
    [
        ("int64", "2.5::DOUBLE", "double"),
        ("int64", "'1'", "string"),
        ("double", "1::BIGINT", "int64"),
        ("decimal(4,2)", "1.5::DECIMAL(8,2)", "decimal(8,2)"),
        ("date", "TIMESTAMP '2026-01-01 10:00:00'", "timestamp"),
        ("date", "'2026-01-01'", "string"),
    ],
)
def test_a_type_that_would_change_values_is_refused(
    tmp_path: Path, declared: str, value: str, found: str
) -> None:
    schema = f'[{{name: x, data_type: "{declared}"}}]'
    assert findings(project(tmp_path, schema, f"SELECT {value} AS x")) == [
        (
            "schema-mismatch",
            f"`x` of `events.parquet` is {found}, and the schema declares {declared}",
        )
    ]


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_every_missing_column_is_named(tmp_path: Path, format: str) -> None:
    schema = (
        "[{name: a, data_type: int64}, {name: b, data_type: int64}, {name: c, data_type: int64}]"
    )
    found = findings(project(tmp_path, schema, "SELECT 1::BIGINT AS b", format=format))
    assert found == [
        ("schema-mismatch", f"`events.{format}` has no column `a`"),
        ("schema-mismatch", f"`events.{format}` has no column `c`"),
    ]


def test_a_file_without_header_takes_its_names_from_the_schema(tmp_path: Path) -> None:
    import duckdb

    (tmp_path / "seeknal").mkdir()
    (tmp_path / "events.csv").write_text("1,2026-01-02\n2,2026-01-03\n")
    (tmp_path / "seeknal" / "events.yml").write_text(
        "kind: source\nname: events\nsource: csv\ntable: events.csv\nparams: {header: false}\n"
        "schema: [{name: id, data_type: int64}, {name: day, data_type: date}]\n"
    )
    sql = compile_project(tmp_path, OPTIONS).artifacts["source.events"].sql
    connection = duckdb.connect()
    connection.execute(f"SET file_search_path = '{tmp_path}'")
    assert connection.execute(sql).fetchall() == [(1, date(2026, 1, 2)), (2, date(2026, 1, 3))]


def test_without_the_file_the_schema_speaks_alone(tmp_path: Path) -> None:
    root = project(tmp_path, "[{name: x, data_type: int64}]", "SELECT 2.5 AS x")
    (root / "events.parquet").unlink()
    assert findings(root) == []

"""Tables that have other types than the sources that name them declare: read alike, or refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cases import compile_case
from tests.compare import assert_same_rows
from tests.conformance.marked import hold
from tests.conformance.running import typed
from tests.naive import Table
from tests.strategies.files import write_spec

if TYPE_CHECKING:
    from tests.engines.base import TestedEngine
    from tests.engines.duckdb import DuckDB

NOON = datetime(2026, 1, 31, 12)
READ: Sequence[tuple[str, str, Sequence[Any]]] = [
    ("decimal(10,2)", "int64", [Decimal("1.00"), Decimal("-7.00"), None]),
    ("double", "int64", [1.0, -(2.0**53), None]),
    ("string", "int64", ["1", "-7", None]),
    ("int64", "double", [1, 2**53 + 1, None]),
    ("decimal(10,2)", "double", [Decimal("1.25"), Decimal("-7.10"), None]),
    ("string", "double", ["1.25", "-7", None]),
    ("int64", "decimal(12,2)", [1, -7, None]),
    ("decimal(10,2)", "decimal(12,4)", [Decimal("1.25"), Decimal("-7.10"), None]),
    ("string", "decimal(12,2)", ["1.25", "-7", None]),
    ("int64", "string", [1, -7, None]),
    ("date", "timestamp", [date(2026, 1, 31), date(1969, 12, 31), None]),
    ("timestamp", "date", [NOON, datetime(1969, 12, 31, 23), None]),
]
BAD: Sequence[tuple[str, str, Any]] = [
    ("string", "int64", "abc"),
    ("string", "double", "abc"),
    ("string", "decimal(12,2)", "abc"),
    ("double", "int64", 1e30),
    ("decimal(38,0)", "int64", Decimal(2**63)),
    ("int64", "decimal(4,2)", 100),
]


def _statement(declared: Sequence[str], root: Path, dialect: str) -> str:
    schema = [{"name": f"c{n}", "data_type": type_} for n, type_ in enumerate(declared)]
    spec = {"kind": "source", "name": "given", "relation": "raw_given", "schema": schema}
    write_spec(root, spec)
    return compile_case(root, dialect).artifacts["source.given"].sql


def _load(engine: TestedEngine, types: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    engine.load("raw_given", typed([(f"c{n}", type_) for n, type_ in enumerate(types)]), rows)


def test_values_are_those_of_the_declared_types(
    tmp_path: Path, oracle: DuckDB, engine: TestedEngine
) -> None:
    types, declared, values = zip(*READ, strict=True)
    rows = list(zip(*values, strict=True))
    results = []
    for one in (oracle, engine):
        _load(one, types, rows)
        results.append(one.query(_statement(declared, tmp_path, one.dialect)))
    columns = tuple((f"c{n}", type_) for n, type_ in enumerate(declared))
    expected, found = results
    assert_same_rows(Table(columns, expected.rows), found.columns, found.rows)


@pytest.mark.parametrize(("type_", "declared", "value"), BAD)
def test_a_value_that_the_declared_type_has_not_is_an_error(
    type_: str, declared: str, value: Any, tmp_path: Path, engine: TestedEngine
) -> None:
    _load(engine, [type_], [(value,), (None,)])
    sql = _statement([declared], tmp_path, engine.dialect)

    def refused() -> None:
        with pytest.raises(Exception):  # noqa: B017 - each engine raises its own
            engine.query(sql)

    hold(engine.dialect, [(f"{type_} as {declared}", refused)])

"""Decimals of many digits: the exact number, an error or a refusal, and never another number."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal, localcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seeknal.compiler.findings import CompileFailed
from seeknal.compiler.types import Column
from tests.cases import compile_case
from tests.conformance.marked import refusals
from tests.conformance.running import typed
from tests.strategies.files import write_spec

if TYPE_CHECKING:
    from tests.engines.base import TestedEngine

TYPES = {"m": "decimal(10,2)", "long": "decimal(38,2)", "fine": "decimal(20,10)", "i": "int64"}
ROWS = [
    ("1.25", "12345678901234567890123456.12", "1234567890.0123456789", "7"),
    ("-99999999.99", "999999999999999999999999999999999999.99", "-9999999999.9999999999", "-3"),
    ("0.01", "0.01", "0.0000000001", str(2**62)),
]
Number = Decimal | bool
EXPRESSIONS: dict[str, Callable[[Decimal, Decimal, Decimal, Decimal], Number]] = {
    "m * m": lambda m, long, fine, i: m * m,
    "m * m * m": lambda m, long, fine, i: m * m * m,
    "m * m * m * m": lambda m, long, fine, i: m * m * m * m,
    "long * m": lambda m, long, fine, i: long * m,
    "long * long": lambda m, long, fine, i: long * long,
    "long * 2": lambda m, long, fine, i: long * 2,
    "long * i": lambda m, long, fine, i: long * i,
    "m * i": lambda m, long, fine, i: m * i,
    "fine * fine": lambda m, long, fine, i: fine * fine,
    "fine * fine * fine": lambda m, long, fine, i: fine * fine * fine,
    "fine * m": lambda m, long, fine, i: fine * m,
    "fine * i": lambda m, long, fine, i: fine * i,
    "long + long": lambda m, long, fine, i: long + long,
    "long + 1": lambda m, long, fine, i: long + 1,
    "long + fine": lambda m, long, fine, i: long + fine,
    "long - fine": lambda m, long, fine, i: long - fine,
    "m + fine": lambda m, long, fine, i: m + fine,
    "fine - i": lambda m, long, fine, i: fine - i,
    "fine + 0.00000000001": lambda m, long, fine, i: fine + Decimal("1E-11"),
    "COALESCE(long, m) * m": lambda m, long, fine, i: long * m,
    "(CASE WHEN i > 0 THEN long ELSE 1 END) * fine": lambda m, long, fine, i: (
        (long if i > 0 else 1) * fine
    ),
    "long = fine": lambda m, long, fine, i: long == fine,
    "long < fine": lambda m, long, fine, i: long < fine,
    "fine >= i": lambda m, long, fine, i: fine >= i,
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_the_exact_number_or_none(expression: str, tmp_path: Path, engine: TestedEngine) -> None:
    schema = [{"name": name, "data_type": type_} for name, type_ in TYPES.items()]
    source = {"kind": "source", "name": "given", "relation": "raw_given", "schema": schema}
    query = f"SELECT {expression} AS x FROM input_0"
    inputs = [{"ref": "source.given"}]
    write_spec(tmp_path, source)
    write_spec(tmp_path, {"kind": "transform", "name": "t", "inputs": inputs, "transform": query})
    try:
        artifact = compile_case(tmp_path, engine.dialect).artifacts["transform.t"]
    except CompileFailed as failed:
        assert refusals(failed)
        return
    columns: list[Column] = typed(list(TYPES.items()))
    for row in ROWS:
        values = [Decimal(value) for value in row]
        given = [int(v) if name == "i" else v for name, v in zip(TYPES, values, strict=True)]
        engine.load("source_given", columns, [given])
        with localcontext(Context(prec=120)):
            expected = EXPRESSIONS[expression](*values)
        try:
            ((found,),) = engine.query(artifact.sql).rows
        except Exception:
            # More digits than a type has: an error on every engine that has no longer one.
            assert row != ROWS[-1]
            continue
        assert found == expected, artifact.sql

"""A body that was rewritten once says what it says when each of its uses is rewritten."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, Unsupported
from seeknal.compiler.dialects.registry import ALL
from seeknal.compiler.dialects.registry import dialect as find_dialect
from seeknal.compiler.dialects.rules.expressions import NATIVE
from seeknal.compiler.dialects.typed import type_of
from seeknal.compiler.lower.portable_bodies import Bodies
from seeknal.compiler.macro_header import AggregationHeader
from seeknal.compiler.macros import Expansion, MacroLibrary
from seeknal.compiler.types import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INT64,
    STRING,
    TIMESTAMP,
    Column,
    DataType,
    Kind,
)

TYPES = (BOOLEAN, DATE, DOUBLE, INT64, STRING, TIMESTAMP, DataType(Kind.DECIMAL, 10, 2))
COLUMNS = (Column("category", STRING), Column("amount", DOUBLE))
TESTS = (
    "",
    "days BETWEEN 0 AND 6",
    "days BETWEEN 30 AND 59",
    "days >= 0 AND days <= 1000000000000000000000",
    "known",
)
CONDITIONS = ("category = 'a'", "category = 'a' OR amount / 3 > 1")
NAMES = (("x", "at", "days", "k"), ("y", "event", "days", "group"))


def column(name: str) -> exp.Column:
    return exp.Column(this=exp.Identifier(this=name, quoted=False))


def row_tests(dialect: Dialect) -> Iterator[exp.Expr | None]:
    """Tests of rows, as features have them."""
    for sql in TESTS:
        yield sqlglot.parse_one(sql, dialect="duckdb") if sql else None
    for sql in CONDITIONS:
        own = dialect.rewrite(sqlglot.parse_one(sql, dialect="duckdb"), COLUMNS)
        yield own
        alone = exp.Paren(this=own.copy()) if isinstance(own, exp.Or) else own.copy()
        days = exp.GTE(this=column("days"), expression=exp.Literal.number(0))
        yield exp.And(this=days, expression=alone)


def arguments_of(header: AggregationHeader) -> dict[str, exp.Expr]:
    return {
        name: column("other") if kind == "column" else exp.Literal.number("0.25")
        for name, kind in header.parameters
    }


def shown(expansion: Expansion, dialect: Dialect) -> list[tuple[str, int, str]]:
    """The expansion's text, and its types where the dialect looks at them again."""
    parts = [("", 0, expansion.expression)]
    parts += [(column.name, column.level, column.expression) for column in expansion.prepared]
    found = []
    for name, level, tree in parts:
        types = (
            [str(type_of(node)) for node in tree.walk() if not in_test(node)]
            if dialect.finishes_by_type
            else []
        )
        found.append((name, level, f"{tree.sql(dialect.printer)} {types}"))
    return found


def in_test(node: exp.Expr) -> bool:
    """True inside of a condition of CASE, whose types nobody looks at."""
    while node.parent is not None:
        if isinstance(node.parent, exp.If | exp.And) and node.arg_key != "true":
            return True
        node = node.parent
    return False


def said(bodies: Bodies, library: MacroLibrary, word: str, use: dict[str, Any]) -> list[object]:
    """What a use becomes from its form, and by itself."""
    found: list[object] = []
    for expand in (bodies.expand, lambda *a, **k: bodies._rewritten(library.expand(*a, **k))):
        try:
            found.append(shown(expand(word, **use), bodies.dialect))
        except Unsupported as problem:
            found.append(problem.what)
    return found


def uses(header: AggregationHeader, tests: list[exp.Expr | None]) -> Iterator[dict[str, Any]]:
    """Uses of an aggregation with every type that it takes and every test, by two sets of names."""
    types = (None,) if header.takes == "nothing" else tuple(filter(header.accepts, TYPES))
    for data_type, when, (x, at, days, key) in product(types, tests, NAMES):
        plain = exp.Literal.number(1) if data_type is None else column(x)
        yield {
            "x": plain if when is None else exp.Case(ifs=[exp.If(this=when, true=plain)]),
            "x_type": data_type,
            "when": when,
            "at": column(at),
            "days": column(days),
            "keys": [column(key), column("k2")],
            "arguments": arguments_of(header),
            "column_prefix": f"{x}_p",
            "argument_types": {n: INT64 for n, kind in header.parameters if kind == "column"},
        }


# All of ClickHouse's aggregations have bodies of its own.
@pytest.mark.parametrize("name", [name for name in ALL if name not in ("duckdb", "clickhouse")])
def test_a_form_says_what_each_use_says(name: str) -> None:
    dialect, library = find_dialect(name), MacroLibrary(name)
    tests = list(row_tests(dialect))
    for word in library.words():
        header = library.find(word)
        assert header is not None
        if word != header.name or not library.is_portable(word):
            continue
        bodies = Bodies(dialect, library)
        for use in uses(header, tests):
            from_form, by_itself = said(bodies, library, word, use)
            assert from_form == by_itself, (word, use)
    assert library.forms


def test_what_is_not_a_column_has_no_form() -> None:
    dialect, library = find_dialect("snowflake"), MacroLibrary("snowflake")
    computed = exp.Neg(this=column("x"))
    found = Bodies(dialect, library).expand(
        "sum",
        x=computed,
        x_type=DOUBLE,
        when=None,
        at=None,
        days=None,
        keys=[],
        arguments={},
        column_prefix="p",
    )
    assert found.expression.sql("snowflake") == "SUM(-x)"
    assert not library.forms


def test_tests_of_one_sort_are_left_alone_once_one_was() -> None:
    dialect, library = find_dialect("trino"), MacroLibrary("trino")
    bodies = Bodies(dialect, library)
    first = sqlglot.parse_one("days BETWEEN 0 AND 6")
    assert bodies._test(first) is not first
    second = sqlglot.parse_one("days BETWEEN 7 AND 29")
    assert bodies._test(second) is second
    assert type_of(second) == BOOLEAN
    assert not second.args.get(NATIVE)

"""The comparison itself: what it lets through and what it shows."""

from __future__ import annotations

import random
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.compare import assert_same_rows
from tests.naive import Table


def table(type_: str, *values: Any) -> Table:
    return Table((("x", type_),), [(value,) for value in values])


@pytest.mark.parametrize(
    ("type_", "expected", "actual"),
    [
        ("double", 1.0, 1.0 + 5e-10),
        ("double", 0.0, 9e-13),
        ("double", 1e300, 1e300 * (1 + 5e-10)),
        ("decimal(10,2)", Decimal("1.50"), Decimal("1.5")),
        ("int64", None, None),
        ("string", "ä", "ä"),
    ],
)
def test_the_same(type_: str, expected: Any, actual: Any) -> None:
    assert_same_rows(table(type_, expected), ["x"], [(actual,)])


@pytest.mark.parametrize(
    ("type_", "expected", "actual"),
    [
        ("double", 1.0, 1.0 + 5e-9),
        ("double", 0.0, 2e-12),
        ("double", None, 0.0),
        ("double", 1.0, 1),
        ("double", 1.0, Decimal(1)),
        ("int64", 1, True),
        ("int64", 1, 1.0),
        ("int64", 0, None),
        ("boolean", True, 1),
        ("date", date(2026, 1, 1), datetime(2026, 1, 1)),
        ("string", "a", "A"),
    ],
)
def test_not_the_same(type_: str, expected: Any, actual: Any) -> None:
    with pytest.raises(AssertionError):
        assert_same_rows(table(type_, expected), ["x"], [(actual,)])


def test_columns_have_an_order() -> None:
    two = Table((("a", "int64"), ("b", "int64")), [])
    with pytest.raises(AssertionError, match="columns differ"):
        assert_same_rows(two, ["b", "a"], [])


def test_rows_are_a_multiset_unless_ordered() -> None:
    assert_same_rows(table("int64", 1, 2, 2), ["x"], [(2,), (1,), (2,)])
    with pytest.raises(AssertionError, match="1 expected rows"):
        assert_same_rows(table("int64", 1, 2, 2), ["x"], [(2,), (1,), (1,)])
    with pytest.raises(AssertionError):
        assert_same_rows(table("int64", 1, 2), ["x"], [(2,), (1,)], ordered=True)
    with pytest.raises(AssertionError, match="2 rows expected, 1 found"):
        assert_same_rows(table("int64", 1, 1), ["x"], [(1,)])


def test_noise_in_one_double_does_not_pair_the_wrong_rows() -> None:
    doubles = Table((("x", "double"), ("y", "double")), [(1.0, 7.0), (1.0 + 1e-12, 3.0)])
    assert_same_rows(doubles, ["x", "y"], [(1.0 + 1e-12, 7.0), (1.0, 3.0)])


def test_a_large_table_takes_no_quadratic_time() -> None:
    rng = random.Random(7)
    rows = [(i % 7, rng.random()) for i in range(60_000)]
    shuffled = rng.sample(rows, len(rows))
    assert_same_rows(Table((("k", "int64"), ("x", "double")), rows), ["k", "x"], shuffled)


def test_the_report_shows_what_differs() -> None:
    columns = (("id", "string"), ("day", "date"), ("same", "int64"), ("total", "double"))
    expected = Table(columns, [("a", date(2026, 1, 1), 3, 1.5), ("b", date(2026, 1, 1), 3, 2.0)])
    actual = [("b", date(2026, 1, 1), 3, None), ("a", date(2026, 1, 1), 3, 1.5)]
    with pytest.raises(AssertionError) as failure:
        assert_same_rows(expected, ["id", "day", "same", "total"], actual)
    assert str(failure.value) == (
        "2 rows expected, 2 found; 1 expected rows have no partner, 1 found rows have none\n"
        "          id   day         total\n"
        "expected  'b'  2026-01-01  2.0\n"
        "actual    'b'  2026-01-01  NULL"
    )

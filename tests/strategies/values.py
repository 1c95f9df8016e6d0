"""Columns by flavour: a type, the values worth drawing, the aggregations that stay exact.

Doubles come in two kinds: eighths of bounded size, whose sums are exact in any order, and positive
thousandths, which are not but cannot cancel. Otherwise two right answers could be further
apart than the tolerance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.naive import AGGREGATIONS
from tests.naive.tables import INT64_MAX, INT64_MIN

Strategy = st.SearchStrategy[Any]

STRINGS = ["a", "b", "A", "", "ä", "Ä", "ß", "é", "e\u0301", "日本", "\U0001f600", "1", "12"]
STRINGS += ["O'Brien", 'say "x"', "==", "a;b -- c", " a", "NULL", "{{ x }}", "100%", "\\"]
LARGE = [0, 1, -1, INT64_MAX, INT64_MIN, 2**62, -(2**62), 2**53 + 1, INT64_MAX - 1]

ROWS = ("count", "count_rows", "count_distinct", "days_since_last", "days_since_first")
ANY = (*ROWS, "min", "max", "mode", "first", "last", "arg_max", "arg_min", "entropy")
SPREAD = ("stddev", "std", "stddev_pop", "variance", "variance_pop")
STATISTICS = ("sum", "mean", "avg", *SPREAD, "median", "quantile", "slope")
# Zero here is zero on every engine, so a ratio's denominator is NULL or not NULL everywhere.
RATIO = ("sum", "count", "count_rows", "count_distinct", "min", "max", "mean", "avg", "median")
NUMBER_FROM_ANY = ("count", "count_rows", "count_distinct")
QUANTILES = ("0.5", "0.25", "0.9", "0", "1", "0.333")


@dataclass(frozen=True)
class Flavour:
    """A kind of column. `type` is the type in the file."""

    name: str
    type: str
    values: Strategy
    aggregations: tuple[str, ...] = ANY

    @property
    def ratio_aggregations(self) -> tuple[str, ...]:
        numbers = self.type.startswith(("int64", "double", "decimal"))
        allowed = RATIO if numbers else NUMBER_FROM_ANY
        return tuple(word for word in self.aggregations if word in allowed)


def _scaled(low: int, high: int, unit: Decimal) -> Strategy:
    return st.integers(low, high).map(lambda n: n * unit)


def _dates(base: date) -> Strategy:
    return st.integers(0, 40).map(lambda n: base - timedelta(days=n))


COARSE = [time(0), time(12), time(6), time(18)]
FINE = [time(0), time(23, 59, 59, 999999), time(0, 0, 0, 1), time(12)]

INTEGERS = st.one_of(st.integers(-3, 3), st.integers(-1000, 1000))
EIGHTHS = st.integers(-8192, 8192).map(lambda n: n / 8)
THOUSANDTHS = st.integers(1, 100_000).map(lambda n: n / 1000)

FLAVOURS: tuple[Flavour, ...] = (
    Flavour("small int", "int64", INTEGERS, ANY + STATISTICS),
    Flavour("large int", "int64", st.sampled_from(LARGE), (*ANY, "mean")),
    Flavour("eighths", "double", EIGHTHS, ANY + STATISTICS),
    Flavour("thousandths", "double", THOUSANDTHS, ANY + STATISTICS),
    Flavour("not a number", "double", st.one_of(EIGHTHS, st.just(math.nan)), ANY + STATISTICS),
    Flavour("money", "decimal(10,2)", _scaled(-(10**4), 10**4, Decimal("0.01")), ANY + STATISTICS),
    Flavour("fine", "decimal(18,4)", _scaled(-(10**6), 10**6, Decimal("0.0001")), ANY + STATISTICS),
    Flavour("text", "string", st.one_of(st.sampled_from(STRINGS), st.sampled_from(STRINGS[:3]))),
    Flavour("flag", "boolean", st.booleans(), (*ANY, "any_true", "all_true")),
    Flavour("day", "date", _dates(date(1970, 1, 20))),
    Flavour(
        "moment",
        "timestamp",
        st.builds(datetime.combine, _dates(date(2026, 1, 20)), st.sampled_from(FINE)),
    ),
)


def nullable(values: Strategy, some: str) -> Strategy:
    """`values` with NULLs: none, some (about a quarter) or all."""
    if some == "all":
        return st.none()
    if some == "none":
        return values
    return st.one_of(values, values, values, st.none())


NULLS = st.sampled_from(["none", "some", "none", "some", "some", "all"])
FEWER_NULLS = st.sampled_from(["none", "none", "some"])


@dataclass(frozen=True)
class Clock:
    """How a time column is written: its type in the file and the times of day it holds."""

    type: str
    times: Sequence[time]
    zone: bool = False

    @property
    def coarse(self) -> bool:
        """True where instants are quarters of a day, on which a slope is well conditioned."""
        return self.times is not FINE

    def write(self, day: date, at: time) -> Any:
        """`day` at `at` as a value of the column."""
        if self.type == "date":
            return day
        if self.type == "string":
            return day.isoformat()
        return datetime.combine(day, at, tzinfo=UTC if self.zone else None)


CLOCKS = (
    Clock("date", COARSE),
    Clock("timestamp", COARSE),
    Clock("timestamp", FINE),
    Clock("string", COARSE),
    Clock("timestamptz", FINE, zone=True),
)
TEXT_CLOCKS = tuple(clock for clock in CLOCKS if clock.type == "string")
BASES = [date(2026, 1, 10), date(1970, 1, 5), date(2024, 3, 1), date(1899, 12, 31)]
IDS: tuple[tuple[str, list[Any]], ...] = (
    ("string", ["a", "b", "A", "1", "12", "", "ä", "O'Brien"]),
    ("int64", [1, 2, 3, 0, -1, INT64_MAX]),
)
BAD_DATES = ["2026-1-5", "2026-02-30", "05/01/2026", "", "today", "20260105"]


def applicable(
    flavours: Sequence[Flavour], *, coarse: bool, dated: bool, bys: Sequence[str], ratio: bool
) -> list[str]:
    """The words of the aggregations that every one of `flavours` takes."""
    words = list(flavours[0].ratio_aggregations if ratio else flavours[0].aggregations)
    for flavour in flavours[1:]:
        others = flavour.ratio_aggregations if ratio else flavour.aggregations
        words = [word for word in words if word in others]
    if not coarse:
        words = [word for word in words if word != "slope"]
    if not dated:
        words = [word for word in words if not word.startswith("days_since")]
    if not bys:
        words = [word for word in words if not word.startswith("arg_")]
    assert all(word in AGGREGATIONS for word in words)
    return words


def spelt(word: str, bys: Sequence[str]) -> Strategy:
    """The aggregation as a spec writes it, with its argument."""
    if word == "quantile":
        return st.sampled_from(QUANTILES).map(lambda p: f"quantile({p})")
    if word.startswith("arg_"):
        return st.sampled_from(list(bys)).map(lambda by: f"{word}({by})")
    return st.just(word)

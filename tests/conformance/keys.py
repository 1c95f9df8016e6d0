"""Keys of different number types: equal where the numbers are, to the last digit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from tests.conformance.handmade import AS_OF, DAY, NOON, training
from tests.naive import Table
from tests.naive.tables import INT64_MAX, INT64_MIN
from tests.strategies import Case
from tests.strategies.time import Spec, TimeCase, parquet

EXACT = 2**53
"""The integers up to here are doubles, and not all beyond it."""
GREATEST = INT64_MAX - 1023
"""The greatest int64 that is a double."""

_INTEGERS = [0, 1, -1, EXACT, EXACT + 1, EXACT + 2, -EXACT - 1, GREATEST, GREATEST + 1]
_INTEGERS += [INT64_MAX, INT64_MIN, INT64_MIN + 1]
_DOUBLES = [-0.0, 1.0, 1.5, -1.0, 2.0**53, 2.0**53 + 2, -(2.0**53), float(GREATEST), 2.0**63]
_DOUBLES += [-(2.0**63), -(2.0**63) - 2048, 1e300, -1e300, math.inf, -math.inf, math.nan, 0.1]
_TENTHS = ["0", "1", "1.5", "-1", EXACT, EXACT + 1, "0.1", "0.12", "0.01"]
_WIDE = [*_TENTHS, INT64_MAX, INT64_MIN, INT64_MAX + 1, f"{INT64_MAX}.01"]
_TINY = ["0", "1", "1.0000000000000000001", "0.0000000000000000001", "-1", INT64_MAX, "0.1", "0.01"]
_HUGE = [10**38 - 1, 10**37, EXACT + 1, 1, -1, 0]


def _decimals(values: Sequence[Any]) -> list[Decimal]:
    return [Decimal(value) for value in values]


VALUES: Mapping[str, Sequence[Any]] = {
    "int64": _INTEGERS,
    "double": _DOUBLES,
    "decimal(10,2)": _decimals(["0", "1", "1.5", "-1", "0.1", "0.12", "0.01", "99999999.99"]),
    "decimal(20,2)": _decimals(_TENTHS),
    "decimal(22,2)": _decimals(_WIDE),
    "decimal(18,4)": _decimals(["0", "1", "1.5", "-1", "0.1", "0.1201", "0.01", "0.0001"]),
    "decimal(38,19)": _decimals(_TINY),
    "decimal(38,0)": _decimals(_HUGE),
    "decimal(20,0)": _decimals([10**20 - 1, INT64_MAX + 1, INT64_MAX, EXACT, EXACT + 1, 1, -1, 0]),
}
PAIRS = [
    ("int64", "double"),
    ("int64", "decimal(20,2)"),
    ("int64", "decimal(22,2)"),
    ("int64", "decimal(38,19)"),
    ("int64", "decimal(20,0)"),
    ("int64", "decimal(38,0)"),
    ("decimal(10,2)", "decimal(18,4)"),
    ("decimal(10,2)", "decimal(22,2)"),
    ("decimal(20,0)", "decimal(20,2)"),
]
"""Types of keys that are compared, in either direction."""


def _events(type_: str) -> Table:
    """Two events a key, of rising numbers."""
    values = [*VALUES[type_], None]
    rows = [
        (key, moment, 2 * place + later)
        for place, key in enumerate(values)
        for later, moment in enumerate([NOON - 2 * DAY, NOON - DAY])
    ]
    return Table((("id", type_), ("at", "timestamp"), ("n", "int64")), rows)


def _training(mine: str, other: str) -> TimeCase:
    """Windows, days and latest rows by keys of `other`, for a spine with keys of `mine`."""
    keys = [*VALUES[mine], VALUES[mine][1], None]
    asked = Table((("id", mine), ("as_of", "timestamp")), [(key, NOON) for key in keys])
    latest = {"ref": "source.events", "on": ["id"], "event_time": "at"}
    joins: list[Spec] = [
        {"ref": "feature_group.spend"},
        {"ref": "second_order_aggregation.trend"},
        {**latest, "prefix": "last_"},
        {**latest, "prefix": "tied_", "event_time": "day", "features": ["id", "n"]},
        {**latest, "prefix": "known_", "knowledge_time": "at", "tie_break": ["n asc"]},
    ]
    window = {"column": "n", "window": "3d"}
    features: Spec = {
        "total": {"agg": "sum", **window},
        "events": {"agg": "count_rows", "window": "lifetime"},
    }
    events = _events(other)
    columns = (*events.columns, ("day", "date"))
    events = Table(columns, [(*row, date(2026, 1, 29)) for row in events.rows])
    case = training(events, asked, joins, features)
    spend = case.nodes["feature_group.spend"]
    more: Spec = {
        "periods": {"today": {"agg": "count_rows", "window": {"calendar": "day", "count": 2}}}
    }
    if "double" not in (mine, other):
        more["ranks"] = {"middle": {"agg": "median", **window}}
    for name, others in more.items():
        joins.append({"ref": f"feature_group.{name}"})
        case.nodes[f"feature_group.{name}"] = {**spend, "name": name, "features": others}
    case.nodes["second_order_aggregation.trend"] = _trend()
    return replace(case, training={**case.training, "joins": joins})


def _trend() -> Spec:
    return {
        "kind": "second_order_aggregation",
        "name": "trend",
        "source": "source.events",
        "id_col": "id",
        "feature_date_col": "at",
        "spine": {"ref": "source.labels", "id_col": "id", "application_date_col": "as_of"},
        "features": {"n": {"basic": ["sum", "count_rows"], "window": [0, 3]}},
    }


def _days(mine: str, other: str) -> Case:
    """A second-order aggregation over keys of `other`, for a spine with keys of `mine`."""
    keys = [*VALUES[mine], VALUES[mine][1], None]
    asked = Table((("id", mine), ("as_of", "date")), [(key, AS_OF) for key in keys])
    spec = {**_trend(), "name": "result"}
    return Case(
        spec, {"events": parquet("events", _events(other)), "labels": parquet("labels", asked)}
    )


def _two_types() -> TimeCase:
    """Keys of two parts, and one column of the spine by columns of several types."""
    events = Table(
        (
            ("a", "int64"),
            ("b", "double"),
            ("c", "decimal(20,2)"),
            ("at", "timestamp"),
            ("n", "int64"),
        ),
        [
            (1, 1.0, Decimal(1), NOON - DAY, 1),
            (1, 2.0, Decimal("1.5"), NOON - DAY, 2),
            (2, 1.0, Decimal(1), NOON - DAY, 4),
            (2, 1.5, Decimal(2), NOON - DAY, 8),
        ],
    )
    asked = Table(
        (("x", "double"), ("y", "int64"), ("as_of", "timestamp")),
        [(x, y, NOON) for x in (1.0, 1.5, 2.0, None) for y in (1, 2, None)],
    )
    latest = {"ref": "source.events", "event_time": "at", "features": ["a", "n"]}
    joins = [
        {**latest, "on": {"x": "a", "y": "b"}, "prefix": "crossed_"},
        {**latest, "on": {"y": "c"}, "prefix": "whole_"},
        {**latest, "on": {"x": "a", "y": "a"}, "prefix": "both_"},
    ]
    return training(events, asked, joins)


TIMES: Mapping[str, Callable[[], TimeCase]] = {
    "keys of two parts and types": _two_types,
    **{
        f"keys of {mine} and {other}": partial(_training, mine, other)
        for pair in PAIRS
        for mine, other in (pair, pair[::-1])
    },
}
DAYS: Mapping[str, Callable[[], Case]] = {
    f"days by keys of {mine} and {other}": partial(_days, mine, other)
    for pair in PAIRS
    for mine, other in (pair, pair[::-1])
}

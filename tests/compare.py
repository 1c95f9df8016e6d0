"""Whether two tables say the same: SEMANTICS, what "agree" is.

Same columns in the same order, same rows as a multiset. Integers, strings, booleans, dates,
timestamps and NULLs are equal, decimals are equal as numbers, doubles are within 1e-9 relative or
1e-12 absolute. Types are strict: a bool is no int, a datetime no date, a Decimal no int.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from tests.naive import Table

Row = tuple[Any, ...]
RELATIVE, ABSOLUTE = 1e-9, 1e-12
SHOWN = 12


def assert_same_rows(
    expected: Table,
    actual_columns: Sequence[str],
    actual_rows: Iterable[Sequence[Any]],
    ordered: bool = False,
) -> None:
    """Fail with the rows that differ, side by side, where the two do not agree."""
    assert tuple(actual_columns) == expected.names, (
        f"columns differ\nexpected: {list(expected.names)}\nactual:   {list(actual_columns)}"
    )
    rows = [tuple(row) for row in actual_rows]
    wrong = list(_wrong_types(expected, rows))
    assert not wrong, "values of another type\n" + "\n".join(wrong[:SHOWN])
    missing, extra = (_by_position if ordered else _unmatched)(expected, rows)
    if missing or extra:
        raise AssertionError(_report(expected, rows, missing, extra))


def same_value(expected: Any, actual: Any) -> bool:
    """Equality of two values of one type, with the tolerance of doubles."""
    if expected is None or actual is None:
        return expected is actual
    if isinstance(expected, float):
        # NaN comes of users' SQL alone.
        close = math.isclose(expected, actual, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
        return close or (math.isnan(expected) and math.isnan(actual))
    return bool(expected == actual)


def same_row(expected: Row, actual: Row) -> bool:
    return all(map(same_value, expected, actual))


_PYTHON_TYPES: dict[str, type] = {
    "int64": int,
    "double": float,
    "decimal": Decimal,
    "string": str,
    "boolean": bool,
    "date": date,
    "timestamp": datetime,
}


def _wrong_types(expected: Table, rows: list[Row]) -> Iterable[str]:
    for position, (name, type_) in enumerate(expected.columns):
        python = _PYTHON_TYPES[type_.split("(", maxsplit=1)[0]]
        for row in rows:
            # Exactly this type: bool is an int and datetime a date to isinstance.
            if row[position] is not None and type(row[position]) is not python:
                yield f"{name}: expected {type_}, got {row[position]!r}"
                break


def _by_position(expected: Table, actual: list[Row]) -> tuple[list[Row], list[Row]]:
    pairs = list(zip(expected.rows, actual, strict=False))
    differing = [(e, a) for e, a in pairs if not same_row(e, a)]
    missing = [e for e, _ in differing] + expected.rows[len(actual) :]
    return missing, [a for _, a in differing] + actual[len(expected.rows) :]


def _unmatched(expected: Table, actual: list[Row]) -> tuple[list[Row], list[Row]]:
    """The rows of each side that have no partner on the other.

    Rows meet in groups whose exact columns are equal. In a group, sorting pairs up most rows
    however many there are; only what then differs is matched one against the other.
    """
    exact = [i for i, (_, type_) in enumerate(expected.columns) if type_ != "double"]
    doubles = [i for i, (_, type_) in enumerate(expected.columns) if type_ == "double"]
    groups: dict[Row, tuple[list[Row], list[Row]]] = {}
    for side, rows in enumerate((expected.rows, actual)):
        for row in rows:
            groups.setdefault(tuple(row[i] for i in exact), ([], []))[side].append(row)

    def in_order(row: Row) -> list[tuple[bool, float]]:
        return [(row[i] is None, 0.0 if row[i] is None else row[i]) for i in doubles]

    missing: list[Row] = []
    extra: list[Row] = []
    for left, right in groups.values():
        left.sort(key=in_order)
        right.sort(key=in_order)
        pairs = list(zip(left, right, strict=False))
        lost = [e for e, a in pairs if not same_row(e, a)] + left[len(right) :]
        found = [a for e, a in pairs if not same_row(e, a)] + right[len(left) :]
        lost, found = _matched_one_by_one(lost, found)
        missing += lost
        extra += found
    return missing, extra


def _matched_one_by_one(left: list[Row], right: list[Row]) -> tuple[list[Row], list[Row]]:
    """A largest matching by augmenting paths: closeness of doubles is not transitive."""
    near = [[j for j, a in enumerate(right) if same_row(e, a)] for e in left]
    partner: dict[int, int] = {}

    def place(i: int, tried: set[int]) -> bool:
        for j in near[i]:
            if j not in tried:
                tried.add(j)
                if j not in partner or place(partner[j], tried):
                    partner[j] = i
                    return True
        return False

    lost = [e for i, e in enumerate(left) if not place(i, set())]
    return lost, [a for j, a in enumerate(right) if j not in partner]


def _report(expected: Table, actual: list[Row], missing: list[Row], extra: list[Row]) -> str:
    """The differing rows in pairs, with the key columns and the columns that differ."""
    pairs: list[tuple[Row | None, Row | None]] = []
    rest = list(extra)
    for lost in missing[:SHOWN]:
        # The row most like it; the first columns are keys, so they weigh most.
        best = max(rest, key=partial(_likeness, lost)) if rest else None
        if best is not None:
            rest.remove(best)
        pairs.append((lost, best))
    pairs += [(None, row) for row in rest[: SHOWN - len(pairs)]]

    shown = [
        i
        for i in range(len(expected.columns))
        if i < 2 or any(e and a and not same_value(e[i], a[i]) for e, a in pairs)
    ]
    lines = [["", *(expected.names[i] for i in shown)]]
    for e, a in pairs:
        for sign, row, other in (("expected", e, a), ("actual", a, e)):
            if row is not None:
                lines.append([sign, *(_cell(row, other, i) for i in shown)])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    table = "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    return (
        f"{len(expected.rows)} rows expected, {len(actual)} found; "
        f"{len(missing)} expected rows have no partner, {len(extra)} found rows have none\n{table}"
    )


def _likeness(expected: Row, actual: Row) -> tuple[int, int]:
    same = list(map(same_value, expected, actual))
    return sum(same[:2]), sum(same)


def _cell(row: Row, other: Row | None, position: int) -> str:
    """A value as text; `=` in a feature column where the other side says the same."""
    if other is not None and position > 1 and same_value(row[position], other[position]):
        return "="
    value = row[position]
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, date | Decimal) else repr(value)

"""Expected rows beside those that a node has, in any order; what differs, aligned for people.

Two values agree as SEMANTICS "Values" has it: numbers are equal as numbers, doubles within 1e-9
relative or 1e-12 absolute, all else exactly. NULL agrees with NULL alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

Row = Sequence[Any]

_RELATIVE, _ABSOLUTE = 1e-9, 1e-12
_SHOWN = 20
_COLUMNS = 7
_WIDEST = 40


@dataclass(frozen=True, slots=True)
class Difference:
    """Pairs of rows that belong together and differ; a row without a partner stands alone."""

    columns: tuple[str, ...]
    expected: int
    actual: int
    pairs: tuple[tuple[Row | None, Row | None], ...]

    @property
    def summary(self) -> str:
        """How many rows there are and how many differ."""
        differ = "differs" if len(self.pairs) == 1 else "differ"
        return f"{self.expected} expected, {self.actual} found, {len(self.pairs)} {differ}"


def difference(
    columns: Sequence[str], expected: Sequence[Row], actual: Sequence[Row]
) -> Difference | None:
    """What differs between two bags of rows; None where they agree."""
    missing, extra = _unmatched(expected, actual)
    if not missing and not extra:
        return None
    pairs: list[tuple[Row | None, Row | None]] = []
    rest = list(extra)
    for row in missing:
        best = max(rest, key=lambda other: _likeness(row, other), default=None)
        if best is not None and any(_likeness(row, best)):
            rest.remove(best)
            pairs.append((row, best))
        else:
            pairs.append((row, None))
    pairs += [(None, row) for row in rest]
    return Difference(tuple(columns), len(expected), len(actual), tuple(pairs))


def table(found: Difference) -> Iterator[str]:
    """The rows that differ, expected above actual, with marks below the cells that do."""
    lines: list[tuple[str, list[str], list[bool]]] = []
    found = _narrowed(found)
    for expected, actual in found.pairs[:_SHOWN]:
        if expected is not None:
            label = "expected" if actual is not None else "missing"
            lines.append((label, [_cell(value) for value in expected], []))
        if actual is not None:
            label = "actual" if expected is not None else "unexpected"
            marks = [] if expected is None else [not same(*p) for p in _zip(expected, actual)]
            lines.append((label, [_cell(value) for value in actual], marks))
    cells = [list(found.columns), *(line[1] for line in lines)]
    widths = [max(len(row[index]) for row in cells) for index in range(len(found.columns))]

    def laid_out(label: str, row: Sequence[str]) -> str:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        return "  ".join([label.ljust(10), *padded]).rstrip()

    yield laid_out("", found.columns)
    for label, row, marks in lines:
        yield laid_out(label, row)
        if any(marks):
            below = ["^" * len(c) if m else "" for c, m in zip(row, marks, strict=True)]
            yield laid_out("", below)
    if len(found.pairs) > _SHOWN:
        yield f"… {len(found.pairs) - _SHOWN} more"


def _narrowed(found: Difference) -> Difference:
    """The same without columns that agree in every pair, where there are many; keys stay."""
    if len(found.columns) <= _COLUMNS:
        return found
    pairs = [(e, a) for e, a in found.pairs if e is not None and a is not None]
    shown = [
        at
        for at in range(len(found.columns))
        if at < 2 or any(not same(e[at], a[at]) for e, a in pairs)
    ]

    def cut(row: Row | None) -> Row | None:
        return None if row is None else [row[at] for at in shown]

    kept = tuple((cut(expected), cut(actual)) for expected, actual in found.pairs)
    return replace(found, columns=tuple(found.columns[at] for at in shown), pairs=kept)


def same(expected: Any, actual: Any) -> bool:
    """True where two values agree."""
    if expected is None or actual is None:
        return expected is actual
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, int | float | Decimal) and isinstance(actual, int | float | Decimal):
        if isinstance(expected, float) or isinstance(actual, float):
            a, b = float(expected), float(actual)
            both = math.isnan(a) and math.isnan(b)
            return both or math.isclose(a, b, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE)
        return expected == actual
    if isinstance(expected, datetime) is not isinstance(actual, datetime):
        return False
    return bool(expected == actual)


def _unmatched(expected: Sequence[Row], actual: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    rest = list(actual)
    missing = []
    for row in expected:
        at = next((i for i, other in enumerate(rest) if _same_row(row, other)), None)
        if at is None:
            missing.append(row)
        else:
            del rest[at]
    return missing, rest


def _same_row(expected: Row, actual: Row) -> bool:
    return all(same(*pair) for pair in _zip(expected, actual))


def _likeness(expected: Row, actual: Row) -> tuple[int, int]:
    """How alike two rows are; the first columns are keys, so they weigh most."""
    agree = [same(*pair) for pair in _zip(expected, actual)]
    return (2 * agree[0] + sum(agree[1:2]) if agree else 0, sum(agree))


def _zip(expected: Row, actual: Row) -> Iterator[tuple[Any, Any]]:
    return zip(expected, actual, strict=True)


def _cell(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value) if isinstance(value, float) else str(value)
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    if isinstance(value, str) and (not text or text != text.strip() or text == "NULL"):
        text = f'"{text}"'
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"

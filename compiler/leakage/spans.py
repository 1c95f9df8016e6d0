"""Lengths of time in SQL, as the least and the most microseconds that they may be."""

from __future__ import annotations

import re

from sqlglot import exp

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

Span = tuple[int, int]

_UNITS: dict[str, Span] = {
    "microsecond": (1, 1),
    "millisecond": (1000, 1000),
    "second": (SECOND, SECOND),
    "minute": (MINUTE, MINUTE),
    "hour": (HOUR, HOUR),
    "day": (DAY, DAY),
    "week": (7 * DAY, 7 * DAY),
    "month": (28 * DAY, 31 * DAY),
    "quarter": (90 * DAY, 92 * DAY),
    "year": (365 * DAY, 366 * DAY),
    "decade": (3652 * DAY, 3653 * DAY),
    "century": (36524 * DAY, 36525 * DAY),
}
_PART = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)


def unit_span(name: str) -> Span | None:
    """The least and the most microseconds of a unit, in the singular or plural.

    >>> unit_span("Months") == (28 * DAY, 31 * DAY), unit_span("fortnight")
    (True, None)
    """
    word = name.casefold().strip()
    return _UNITS.get(word) or _UNITS.get(word.removesuffix("s"))


def interval_span(node: exp.Expr) -> Span | None:
    """The span of `INTERVAL 3 DAYS`; None where it is not written out.

    >>> import sqlglot
    >>> interval_span(sqlglot.parse_one("INTERVAL '1 day 2 hours'", dialect="duckdb")) == \
(DAY + 2 * HOUR, DAY + 2 * HOUR)
    True
    """
    if not isinstance(node, exp.Interval):
        return None
    amount, unit = node.this, node.args.get("unit")
    while isinstance(amount, exp.Paren):
        amount = amount.this
    text = "".join(part.name for part in _signed(amount)) if amount is not None else ""
    if not text:
        return None
    if unit is not None:
        text = f"{text} {unit.name}"
    low = high = 0
    end = 0
    for part in _PART.finditer(text):
        span = unit_span(part[2])
        if span is None or text[end : part.start()].strip():
            return None
        number = float(part[1])
        ends = sorted(int(number * side) for side in span)
        low, high, end = low + ends[0], high + ends[1], part.end()
    return (low, high) if end and not text[end:].strip() else None


def _signed(amount: exp.Expr) -> list[exp.Expr]:
    if isinstance(amount, exp.Neg) and isinstance(amount.this, exp.Literal):
        return [exp.Identifier(this="-"), amount.this]
    return [amount] if isinstance(amount, exp.Literal) else []

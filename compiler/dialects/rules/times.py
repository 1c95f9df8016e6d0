"""Functions of dates and timestamps, said so that a dialect returns DuckDB's rows."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.rules.vocabulary import (
    Rule,
    Vocabulary,
    as_double,
    literal_number,
)
from seeknal.compiler.dialects.typed import (
    DATE,
    DOUBLE,
    INT64,
    TIMESTAMP,
    expect,
    is_text,
    type_of,
    typed,
)

_PARTS = {
    **dict.fromkeys(("year", "years", "y"), "YEAR"),
    **dict.fromkeys(("month", "months", "mon"), "MONTH"),
    **dict.fromkeys(("day", "days", "d", "dayofmonth"), "DAY"),
    **dict.fromkeys(("hour", "hours", "h"), "HOUR"),
    **dict.fromkeys(("minute", "minutes"), "MINUTE"),
    **dict.fromkeys(("second", "seconds", "s"), "SECOND"),
    **dict.fromkeys(("quarter", "quarters"), "QUARTER"),
    **dict.fromkeys(("week", "weeks", "weekofyear"), "WEEK"),
    **dict.fromkeys(("dow", "dayofweek", "weekday"), "DOW"),
    **dict.fromkeys(("doy", "dayofyear"), "DOY"),
    "isodow": "ISODOW",
    "isoyear": "ISOYEAR",
    "epoch": "EPOCH",
}
PARTS = frozenset(_PARTS.values())
"""Every part that DuckDB takes and the rules know."""

UNITS = frozenset({"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"})
"""Every unit of DATE_TRUNC that the rules know; weeks begin on Monday."""

_OF_A_TIME = frozenset({"HOUR", "MINUTE", "SECOND", "EPOCH"})


def part_of(node: exp.Expr, part: str, operand: exp.Expr, words: Vocabulary) -> exp.Expr:
    """A part of a time: int64, whole seconds, and a double for the epoch."""
    expect(node, operand, "time")
    name = _PARTS.get(part.lower())
    if name is None or name not in words.parts:
        raise Unsupported(node, f"the part `{part.lower()}` of a time", "take year, month, day, …")
    if name in _OF_A_TIME and type_of(operand) == DATE:
        operand = cast(operand, words.type_name(TIMESTAMP))
    return typed(words.extract(name, operand), DOUBLE if name == "EPOCH" else INT64)


def _extract(node: exp.Extract, words: Vocabulary) -> exp.Expr:
    return part_of(node, node.this.name, node.expression, words)


def _named_part(node: exp.Expr, words: Vocabulary) -> exp.Expr:
    return part_of(node, node.key, node.this, words)


def date_trunc(node: exp.TimestampTrunc | exp.DateTrunc, words: Vocabulary) -> exp.Expr:
    """The begin of a unit, a TIMESTAMP."""
    expect(node, node.this, "time")
    unit = node.args.get("unit")
    if words.truncate is None or unit is None or unit.name.upper() not in words.units:
        raise Unsupported(node, "DATE_TRUNC to this unit", "use year, quarter, month, week, day, …")
    operand = node.this
    if type_of(operand) == DATE:
        operand = cast(operand, words.type_name(TIMESTAMP))
    return typed(words.truncate(unit.name.upper(), operand), TIMESTAMP)


def _day_of(operand: exp.Expr) -> exp.Expr:
    return operand if type_of(operand) == DATE else cast(operand, "DATE")


def _date_diff(node: exp.DateDiff, words: Vocabulary) -> exp.Expr:
    unit = node.args.get("unit")
    if unit is None or unit.name.lower() != "day":
        raise Unsupported(
            node,
            "DATE_DIFF in a unit other than days",
            "count days, or subtract the parts of EXTRACT",
        )
    days = words.days_between(_day_of(node.expression), _day_of(node.this))
    return typed(exp.Paren(this=days) if isinstance(days, exp.Binary) else days, INT64)


def _as_int(operand: exp.Expr) -> exp.Expr:
    return operand if literal_number(operand) is not None else cast(operand, "INT")


def make_date(node: exp.DateFromParts, words: Vocabulary) -> exp.Expr:
    """MAKE_DATE(year, month, day)."""
    parts = [_as_int(node.args[name]) for name in ("year", "month", "day")]
    return typed(exp.Anonymous(this="MAKE_DATE", expressions=parts), DATE)


def make_timestamp(node: exp.TimestampFromParts, words: Vocabulary) -> exp.Expr:
    """MAKE_TIMESTAMP of six parts."""
    names = ("year", "month", "day", "hour", "min", "sec")
    if any(node.args.get(name) is None for name in names) or node.args.get("zone"):
        raise Unsupported(node, "MAKE_TIMESTAMP of other than six parts", "give all six parts")
    parts: list[exp.Expr] = [_as_int(node.args[name]) for name in names[:-1]]
    made = [*parts, as_double(node.args["sec"])]
    return typed(exp.Anonymous(this="MAKE_TIMESTAMP", expressions=made), TIMESTAMP)


def _today(node: exp.Expr, words: Vocabulary) -> exp.Expr:
    return typed(node, DATE)


def now(node: exp.Expr, words: Vocabulary) -> exp.Expr:
    """The time of the statement, in UTC as the session is."""
    return typed(cast(exp.CurrentTimestamp(), words.type_name(TIMESTAMP)), TIMESTAMP)


def date_part(node: exp.Anonymous, words: Vocabulary) -> exp.Expr:
    """DATE_PART('year', time)."""
    part, operand = node.expressions
    if not is_text(part):
        raise Unsupported(node, "DATE_PART of a computed part", "write the part as text")
    return part_of(node, part.name, operand, words)


RULES: dict[type[exp.Expr], Rule] = {
    exp.Extract: _extract,
    **dict.fromkeys((exp.Year, exp.Month, exp.Day), _named_part),
    **dict.fromkeys((exp.TimestampTrunc, exp.DateTrunc), date_trunc),
    exp.DateDiff: _date_diff,
}
"""What every dialect has, as far as its `parts` and `units` go."""

MORE: dict[type[exp.Expr], Rule] = {
    exp.CurrentDate: _today,
    exp.CurrentTimestamp: now,
}
NAMED: dict[str, tuple[int, Rule]] = {"date_part": (2, date_part)}
NOW: dict[str, tuple[int, Rule]] = dict.fromkeys(
    ("now", "transaction_timestamp", "get_current_timestamp"), (0, now)
)
"""What most dialects have, each to be run on the engine before it is taken."""

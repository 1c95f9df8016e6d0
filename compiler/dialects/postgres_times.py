"""Functions of dates and timestamps, said so that PostgreSQL returns DuckDB's rows."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.postgres_casts import as_double, literal_number
from seeknal.compiler.dialects.typed import (
    DATE,
    DOUBLE,
    INT64,
    TIMESTAMP,
    Rule,
    expect,
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
_OF_A_TIME = frozenset({"HOUR", "MINUTE", "SECOND", "EPOCH"})
_TRUNCATED = frozenset({"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"})


def extract(node: exp.Expr, part: str, operand: exp.Expr) -> exp.Expr:
    """A part of a time: int64, whole seconds, and a double for the epoch."""
    expect(node, operand, "time")
    name = _PARTS.get(part.lower())
    if name is None:
        raise Unsupported(node, f"the part `{part.lower()}` of a time", "take year, month, day, …")
    if name in _OF_A_TIME and type_of(operand) == DATE:
        operand = cast(operand, "TIMESTAMP")
    taken: exp.Expr = exp.Extract(this=exp.Var(this=name), expression=operand)
    if name == "EPOCH":
        return typed(cast(taken, "DOUBLE"), DOUBLE)
    if name == "SECOND":
        taken = exp.Floor(this=taken)
    return typed(cast(taken, "BIGINT"), INT64)


def _extract(node: exp.Extract) -> exp.Expr:
    return extract(node, node.this.name, node.expression)


def _named_part(node: exp.Expr) -> exp.Expr:
    return extract(node, node.key, node.this)


def _date_trunc(node: exp.TimestampTrunc | exp.DateTrunc) -> exp.Expr:
    expect(node, node.this, "time")
    unit = node.args.get("unit")
    if unit is None or unit.name.upper() not in _TRUNCATED:
        raise Unsupported(node, "DATE_TRUNC to this unit", "use year, quarter, month, week, day, …")
    operand = node.this
    if type_of(operand) == DATE:
        operand = cast(operand, "TIMESTAMP")
    written = exp.Literal.string(unit.name.lower())
    trunc = exp.Anonymous(this="DATE_TRUNC", expressions=[written, operand])
    return typed(trunc, TIMESTAMP)


def _day_of(operand: exp.Expr) -> exp.Expr:
    return operand if type_of(operand) == DATE else cast(operand, "DATE")


def _date_diff(node: exp.DateDiff) -> exp.Expr:
    unit = node.args.get("unit")
    if unit is None or unit.name.lower() != "day":
        raise Unsupported(
            node,
            "DATE_DIFF in a unit other than days",
            "count days, or subtract the parts of EXTRACT",
        )
    left, right = _day_of(node.this), _day_of(node.expression)
    return typed(exp.Paren(this=exp.Sub(this=left, expression=right)), INT64)


def _as_int(operand: exp.Expr) -> exp.Expr:
    return operand if literal_number(operand) is not None else cast(operand, "INT")


def _date_from_parts(node: exp.DateFromParts) -> exp.Expr:
    parts = [_as_int(node.args[name]) for name in ("year", "month", "day")]
    return typed(exp.Anonymous(this="MAKE_DATE", expressions=parts), DATE)


def _timestamp_from_parts(node: exp.TimestampFromParts) -> exp.Expr:
    names = ("year", "month", "day", "hour", "min", "sec")
    if any(node.args.get(name) is None for name in names) or node.args.get("zone"):
        raise Unsupported(node, "MAKE_TIMESTAMP of other than six parts", "give all six parts")
    parts: list[exp.Expr] = [_as_int(node.args[name]) for name in names[:-1]]
    made = [*parts, as_double(node.args["sec"])]
    return typed(exp.Anonymous(this="MAKE_TIMESTAMP", expressions=made), TIMESTAMP)


def _today(node: exp.Expr) -> exp.Expr:
    return typed(node, DATE)


def _now(node: exp.Expr) -> exp.Expr:
    return typed(cast(node, "TIMESTAMP"), TIMESTAMP)


RULES: dict[type[exp.Expr], Rule] = {
    exp.Extract: _extract,
    **dict.fromkeys((exp.Year, exp.Month, exp.Day), _named_part),
    exp.TimestampTrunc: _date_trunc,
    exp.DateTrunc: _date_trunc,
    exp.DateDiff: _date_diff,
    exp.DateFromParts: _date_from_parts,
    exp.TimestampFromParts: _timestamp_from_parts,
    exp.CurrentDate: _today,
    exp.CurrentTimestamp: _now,
}

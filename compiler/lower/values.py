"""Values of a plan as expressions: columns, days, times."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.lower.names import column_of, name_of
from seeknal.compiler.lower.numbers import exactly
from seeknal.compiler.model import TimeColumn
from seeknal.compiler.plan import (
    DateOf,
    DaysBetween,
    Exactly,
    Instant,
    Moment,
    Named,
    PastOnly,
    Take,
    TimeOf,
    Value,
)
from seeknal.compiler.types import DATE, STRING, TIMESTAMP, Column


def value(node: Value, dialect: Dialect, table: str | None = None) -> exp.Expr:
    """The expression of a plan's value; columns are qualified where `table` is given."""
    match node:
        case Take(column):
            return column_of(column.name, dialect, table)
        case PastOnly(column, event, as_of):
            past = exp.LTE(
                this=day_of(event, dialect, table), expression=day_of(as_of, dialect, table)
            )
            kept = exp.If(this=past, true=column_of(column.name, dialect, table))
            return exp.Case(ifs=[kept])
        case Exactly(column, type):
            return exactly(column_of(column.name, dialect, table), column.type, type, dialect)
        case DateOf(time):
            return day_of(time, dialect, table)
        case TimeOf(time):
            return time_of(time, dialect, table)
        case Instant(time):
            instant = time_of(time, dialect, table)
            return cast(instant, "TIMESTAMP") if time.column.type == DATE else instant
        case Moment(None):
            return cast(dialect.parameter("as_of"), "TIMESTAMP")
        case Moment(at):
            assert at is not None
            return cast(exp.Literal.string(at.isoformat(" ")), "TIMESTAMP")
        case DaysBetween(event, as_of):
            return dialect.days_between(
                day_of(event, dialect, table), day_of(as_of, dialect, table)
            )


def time_of(time: TimeColumn, dialect: Dialect, table: str | None = None) -> exp.Expr:
    """The time as DATE or TIMESTAMP; text is parsed."""
    column = column_of(time.column.name, dialect, table)
    if time.column.type == STRING:
        return dialect.parse_time(column, time.bad_value)
    return column


def day_of(time: TimeColumn | Column, dialect: Dialect, table: str | None = None) -> exp.Expr:
    """The UTC day of the time, as DATE."""
    if isinstance(time, Column):
        return dialect.day(column_of(time.name, dialect, table), time.type)
    kind = DATE if time.column.type == DATE else TIMESTAMP
    return dialect.day(time_of(time, dialect, table), kind)


def projection(named: Named, dialect: Dialect) -> exp.Expr:
    """The value under its name; a column that keeps its name stands alone."""
    expression = value(named.value, dialect)
    if isinstance(named.value, Take) and named.value.column.name == named.name:
        return expression
    return exp.Alias(this=expression, alias=name_of(named.name, dialect))


def not_null(node: Value, dialect: Dialect) -> exp.Expr:
    """`value IS NOT NULL`."""
    null = exp.Not(this=exp.Null())
    return exp.Is(this=value(node, dialect), expression=null)


def all_of(tests: list[exp.Expr]) -> exp.Expr | None:
    """The tests joined by AND; None where there are none."""
    if not tests:
        return None
    first, *rest = tests
    for test in rest:
        first = exp.And(this=first, expression=test)
    return first

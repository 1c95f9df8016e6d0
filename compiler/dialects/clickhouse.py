"""ClickHouse: what it says differently from DuckDB, and what it lacks.

Its defaults are other rows: an outer join fills with 0 and '', an aggregate of nothing is 0, a name
means an alias of the same SELECT before a column. `SETTINGS` at the end of every statement turn
them off, in the text itself, so that it means the same wherever it is run.
"""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.dialects.clickhouse_finish import finish
from seeknal.compiler.dialects.clickhouse_operators import call as _call
from seeknal.compiler.dialects.clickhouse_query import rewrite, rewrite_query
from seeknal.compiler.dialects.clickhouse_types import column_type, timestamp_type, type_name
from seeknal.compiler.types import DATE, DOUBLE, STRING, DataType, Kind

__all__ = ["DIALECT", "column_type"]

# Text that parseDateTime64BestEffort reads as it is written: of other texts it makes times, too.
_ISO = (
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    "([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?"
    "(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$"
)


def _text(value: str) -> exp.Literal:
    return exp.Literal.string(value)


def day(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The day of a date or timestamp; timestamps are in UTC."""
    return value if data_type == DATE else _call("toDate32", value)


def days_between(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    """`dateDiff('day', earlier, later)`: an Int64."""
    return _call("dateDiff", _text("day"), earlier, later)


def _parsed(value: exp.Expr, name: str = "parseDateTime64BestEffort") -> exp.Expr:
    return _call(name, value, exp.Literal.number(6), _text("UTC"))


def _is_iso(value: exp.Expr) -> exp.Expr:
    return _call("match", value, _text(_ISO))


def parse_time(value: exp.Expr, bad_value: str) -> exp.Expr:
    """ISO text as a timestamp in UTC; other text is NULL, or ends the statement."""
    if bad_value == "null":
        parsed = _parsed(value.copy(), "parseDateTime64BestEffortOrNull")
        return exp.Case(ifs=[exp.If(this=_is_iso(value), true=parsed)])
    iso = exp.If(this=_is_iso(value), true=_parsed(value.copy()))
    present = exp.Is(this=value.copy(), expression=exp.Not(this=exp.Null()))
    wrong = _call("throwIf", present, _text("a text is no ISO time"))
    return exp.Case(ifs=[iso, exp.If(this=wrong, true=exp.Null())])


def bad_time(value: exp.Expr) -> exp.Expr:
    """True where text is neither NULL nor in ISO form."""
    present = exp.Is(this=value, expression=exp.Not(this=exp.Null()))
    parsed = parse_time(value.copy(), "null")
    return exp.And(this=present, expression=exp.Is(this=parsed, expression=exp.Null()))


def parameter(name: str) -> exp.Expr:
    """A parameter of the statement: `clickhouse client --param_as_of='2026-01-31 00:00:00'`."""
    return exp.Placeholder(this=name, kind=timestamp_type(nullable=False).copy())


def nan_as_null(value: exp.Expr) -> exp.Expr:
    """NULL for NaN, and 0.0 for -0.0, which ClickHouse groups apart."""
    number = exp.Add(this=value.copy(), expression=exp.Literal.number(0))
    test = exp.Not(this=_call("isNaN", value))
    return exp.Case(ifs=[exp.If(this=test, true=number)])


def sort_key(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The value itself: text is compared byte by byte."""
    return value


def microseconds(value: exp.Expr) -> exp.Expr:
    """`toUnixTimestamp64Micro(value)`: an Int64."""
    return _call("toUnixTimestamp64Micro", value)


def read_as(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """A cast that ends in an error: CAST wraps numbers, and makes NULL of text that is none."""
    if data_type == STRING:
        return cast(value, type_name(data_type))
    if data_type == DOUBLE:
        read = _call("toFloat64", _call("assumeNotNull", value.copy()))
    else:
        # A type that takes no NULL takes no text that is none either.
        name = column_type(data_type).removeprefix("Nullable(").removesuffix(")")
        read = _call("accurateCast", value.copy(), _text(name))
    present = exp.Is(this=value, expression=exp.Not(this=exp.Null()))
    return exp.Case(ifs=[exp.If(this=present, true=read)])


def wide(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """A number as a decimal of 38 digits, or of 76: sums wrap without a word."""
    if data_type.kind is Kind.DECIMAL:
        return cast(value, f"DECIMAL(76, {data_type.scale})")
    return cast(value, "DECIMAL(38, 0)")


DIALECT = Dialect(
    name="clickhouse",
    printer="clickhouse",
    type_name=type_name,
    day=day,
    days_between=days_between,
    parse_time=parse_time,
    bad_time=bad_time,
    nan_as_null=nan_as_null,
    sort_key=sort_key,
    microseconds=microseconds,
    parameter=parameter,
    rewrite=rewrite,
    rewrite_query=rewrite_query,
    finish=finish,
    wide=wide,
    read_as=read_as,
    asof_join=True,
    lacks={
        "relations of three parts": "it has databases and no catalogs: name `database.table`",
        "RANGE frames over more than 35 minutes": "a frame reaches as far as 32 bits count",
        "dates after 9999, and before 1900 or after 2299 in earlier releases": (
            "what is beyond the ends is put at them"
        ),
        "UPPER of private letters from U+10FF00 on": "they stand for letters with several capitals",
    },
)

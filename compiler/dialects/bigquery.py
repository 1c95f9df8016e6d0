"""BigQuery: what it says differently from DuckDB, and what it lacks."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.dialects.bigquery_functions import microseconds
from seeknal.compiler.dialects.bigquery_query import rewrite, rewrite_query
from seeknal.compiler.dialects.bigquery_statement import finish
from seeknal.compiler.dialects.bigquery_types import type_name
from seeknal.compiler.dialects.duckdb import ISO_TIME
from seeknal.compiler.types import DATE, DataType

# Of a second 60 BigQuery makes the next minute; to DuckDB it is no time.
_ISO = f"^{ISO_TIME.replace(':[0-9]{2}([.]', ':[0-5][0-9]([.]')}$"
# A time of the day without seconds, and its zone.
_WITHOUT_SECONDS = "^(.{13}:[0-9]{2})(Z|[+-].*)?$"


def day(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The day of a date or timestamp, which has no zone."""
    return value if data_type == DATE else cast(value, "DATE")


def days_between(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    """`DATE_DIFF(later, earlier, DAY)`: an INT64."""
    return exp.DateDiff(this=later, expression=earlier, unit=exp.Var(this="DAY"))


def _with_seconds(value: exp.Expr) -> exp.Expr:
    """ISO text with `:00` where it has no seconds: a cast wants them."""
    return exp.RegexpReplace(
        this=value,
        expression=exp.Literal.string(_WITHOUT_SECONDS),
        replacement=exp.Literal.string(r"\1:00\2"),
    )


def _tried(value: exp.Expr) -> exp.Expr:
    """ISO text as an instant; NULL for a day that does not exist."""
    instant = exp.DataType.build("TIMESTAMP", dialect="bigquery")
    return exp.TryCast(this=_with_seconds(value), to=instant, safe=True)


def _is_iso(value: exp.Expr) -> exp.Expr:
    return exp.RegexpLike(this=value, expression=exp.Literal.string(_ISO))


def parse_time(value: exp.Expr, bad_value: str) -> exp.Expr:
    """ISO text as DATETIME in UTC. By way of TIMESTAMP: a plain cast refuses an offset."""
    if bad_value != "null":
        return cast(cast(_with_seconds(value), "TIMESTAMPTZ"), "TIMESTAMP")
    parsed = cast(_tried(value), "TIMESTAMP")
    return exp.Case(ifs=[exp.If(this=_is_iso(value.copy()), true=parsed)])


def bad_time(value: exp.Expr) -> exp.Expr:
    """True where text is neither NULL nor an ISO date or timestamp."""
    missing = exp.Is(this=_tried(value.copy()), expression=exp.Null())
    return exp.And(
        this=exp.Is(this=value, expression=exp.Not(this=exp.Null())),
        expression=exp.Paren(
            this=exp.Or(this=exp.Not(this=_is_iso(value.copy())), expression=missing)
        ),
    )


def parameter(name: str) -> exp.Expr:
    """`@name`: a parameter of the query."""
    return exp.Parameter(this=exp.Var(this=name))


def nan_as_null(value: exp.Expr) -> exp.Expr:
    """`IF(IS_NAN(value), NULL, value)`: NaN is not equal to itself, so NULLIF does not find it."""
    test = exp.IsNan(this=value)
    return exp.If(this=test, true=exp.Null(), false=value.copy())


def sort_key(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The value itself: text is compared byte by byte."""
    return value


DIALECT = Dialect(
    name="bigquery",
    printer="bigquery",
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
    longest_name=300,
    lacks={
        "ASOF JOIN": "point-in-time joins take another shape",
        "columns whose names differ in case alone": "names of columns have no case",
        "24:00 as a time, and offsets over 14 hours": "such text is no time to it",
        "groups by a key of type double, for aggregations that rank": "windows do not take it",
        "infinity and NaN of POW, EXP and products": "what overflows FLOAT64 is an error",
        "UPPER of private letters from U+10FF00 on": "they stand for letters with several capitals",
    },
)

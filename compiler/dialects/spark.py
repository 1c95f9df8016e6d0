"""Spark SQL, ANSI: what it says differently from DuckDB, and what it lacks."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.dialects.duckdb import ISO_TIME
from seeknal.compiler.dialects.gate import negated
from seeknal.compiler.dialects.search import nodes_of
from seeknal.compiler.dialects.spark_query import rewrite, rewrite_query
from seeknal.compiler.dialects.spark_text import call
from seeknal.compiler.dialects.spark_types import type_name
from seeknal.compiler.types import DATE, DataType


def day(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The day of a date or timestamp."""
    return value if data_type == DATE else cast(value, "DATE")


def days_between(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    """`DATEDIFF(later, earlier)`: an INT."""
    return call("DATEDIFF", later, earlier)


def _instant_text(value: exp.Expr) -> exp.Expr:
    """Text with seconds where it has an offset: Spark reads no offset behind minutes."""
    minutes, seconds = exp.Literal.string("^(.{16})([Z+-])"), exp.Literal.string("$1:00$2")
    return call("REGEXP_REPLACE", value, minutes, seconds)


def _is_iso(value: exp.Expr) -> exp.Expr:
    """True for text in ISO form that is a day of the calendar."""
    form = exp.RegexpLike(this=value, expression=exp.Literal.string(rf"^{ISO_TIME}\z"))
    zoned = exp.DataType.build("TIMESTAMPTZ", dialect="duckdb")
    tried = exp.TryCast(this=_instant_text(value.copy()), to=zoned, safe=True)
    exists = exp.Is(this=tried, expression=exp.Not(this=exp.Null()))
    return exp.And(this=form, expression=exists)


def parse_time(value: exp.Expr, bad_value: str) -> exp.Expr:
    """ISO text as a time in UTC, by way of a moment: a cast to TIMESTAMP_NTZ drops the offset."""
    parsed = cast(cast(_instant_text(value), "TIMESTAMPTZ"), "TIMESTAMP")
    if bad_value != "null":
        return parsed
    return exp.Case(ifs=[exp.If(this=_is_iso(value.copy()), true=parsed)])


def bad_time(value: exp.Expr) -> exp.Expr:
    """True where text is neither NULL nor in ISO form."""
    present = exp.Is(this=value, expression=exp.Not(this=exp.Null()))
    return exp.And(this=present, expression=negated(_is_iso(value.copy())))


def parameter(name: str) -> exp.Expr:
    """`:name`, an argument of `spark.sql(text, args)`."""
    return exp.Placeholder(this=name)


def nan_as_null(value: exp.Expr) -> exp.Expr:
    """`NULLIF(value, NaN)`: Spark holds NaN equal to itself."""
    return exp.Nullif(this=value, expression=cast(exp.Literal.string("NaN"), "DOUBLE"))


def sort_key(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The value itself: text is compared byte by byte."""
    return value


def microseconds(value: exp.Expr) -> exp.Expr:
    """UNIX_MICROS takes a moment, which the session's zone, UTC, makes of a time."""
    return call("UNIX_MICROS", cast(value, "TIMESTAMPTZ"))


def finish(statement: exp.Expr) -> exp.Expr:
    """What only whole statements show: times that Spark truncates, and 0 beside decimals."""
    for node in nodes_of(statement, exp.TimestampTrunc, exp.Coalesce):
        if isinstance(node, exp.Coalesce):
            _widen_zero(node)
        elif not isinstance(node.parent, exp.Cast):
            # What Spark truncates is a moment.
            node.replace(cast(node.copy(), "TIMESTAMP"))
    return statement


def _widen_zero(node: exp.Coalesce) -> None:
    """Spark gives a 0 ten digits, and takes them from a decimal that has no room for them."""
    value, others = node.this, node.expressions
    full = isinstance(value, exp.Cast) and value.to.sql() in _FULL
    if full and all(isinstance(other, exp.Literal) for other in others):
        zeros = [exp.Cast(this=other.copy(), to=value.args["to"].copy()) for other in others]
        node.set("expressions", zeros)


_FULL = frozenset(f"DECIMAL(38, {scale})" for scale in range(29, 39))


DIALECT = Dialect(
    name="spark",
    printer="spark",
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
    lacks={
        "TRY_CAST": "its casts take other text than DuckDB's",
        "UPPER of private letters from U+10FF00 on": "they stand for letters with several capitals",
        "recursion deeper than 100": "it ends in an error: spark.sql.cteRecursionLevelLimit",
    },
)

"""Spark SQL, ANSI: what it says differently from DuckDB, and what it lacks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.dialects.duckdb import ISO_TIME
from seeknal.compiler.dialects.gate import negated, refuse
from seeknal.compiler.dialects.spark_types import type_name
from seeknal.compiler.model import Relation
from seeknal.compiler.types import DATE, Column, DataType


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def day(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The day of a date or timestamp."""
    return value if data_type == DATE else cast(value, "DATE")


def days_between(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    """`DATEDIFF(later, earlier)`: an INT."""
    return _call("DATEDIFF", later, earlier)


def _instant_text(value: exp.Expr) -> exp.Expr:
    """Text with seconds where it has an offset: Spark reads no offset behind minutes."""
    minutes, seconds = exp.Literal.string("^(.{16})([Z+-])"), exp.Literal.string("$1:00$2")
    return _call("REGEXP_REPLACE", value, minutes, seconds)


def _is_iso(value: exp.Expr) -> exp.Expr:
    """True for text in ISO form that is a day of the calendar; NULL for NULL."""
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
    return negated(_is_iso(value))


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
    return _call("UNIX_MICROS", cast(value, "TIMESTAMPTZ"))


def rewrite(tree: exp.Expr, columns: Sequence[Column] = ()) -> exp.Expr:
    """An expression of a spec over `columns`; of a macro, where nobody knows them.

    Raises `Unsupported` for the first construct that Spark cannot say with DuckDB's rows.
    """
    if columns:
        refuse(tree)
    return tree.transform(_portable)


def _portable(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.DateDiff):
        unit = node.args["unit"]
        return _call("TIMESTAMPDIFF", exp.Var(this=unit.name), node.expression, node.this)
    return node


def rewrite_query(
    tree: exp.Query, inputs: Sequence[Relation], columns: Sequence[Column]
) -> exp.Query:
    """A user's query that returns `columns`. Raises `Unsupported`."""
    refuse(tree)


def finish(statement: exp.Expr) -> exp.Expr:
    """What Spark truncates is a moment again: a time like the others."""
    for node in list(statement.find_all(exp.TimestampTrunc)):
        if not (isinstance(node.parent, exp.Cast)):
            node.replace(cast(node.copy(), "TIMESTAMP"))
    return statement


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
)

"""Snowflake: what its pages say differently from DuckDB, and what it lacks. Not run on an engine.

SQL is parsed by an independent grammar. Sessions must have TIMEZONE = 'UTC'.
"""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.dialects.duckdb import ISO_TIME
from seeknal.compiler.dialects.gate import negated
from seeknal.compiler.dialects.rules import aggregates, operators, text
from seeknal.compiler.dialects.rules.before import tuples_by_columns
from seeknal.compiler.dialects.rules.documented import (
    DOCUMENTED,
    day,
    days_between,
    microseconds_apart,
    sort_key,
    truncate,
    whole_text,
)
from seeknal.compiler.dialects.rules.query import rewriters
from seeknal.compiler.dialects.rules.vocabulary import Vocabulary
from seeknal.compiler.dialects.search import nodes_of
from seeknal.compiler.types import DataType, Kind

_TYPES = {
    Kind.BOOLEAN: "BOOLEAN",
    Kind.INT64: "BIGINT",
    Kind.DOUBLE: "DOUBLE",
    Kind.STRING: "VARCHAR",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "TIMESTAMP_NTZ",
}


def type_name(data_type: DataType) -> str:
    """`BIGINT`, `TIMESTAMP_NTZ`, …; lists, structs and json are VARIANT."""
    if data_type.kind is Kind.DECIMAL:
        return f"DECIMAL({data_type.precision}, {data_type.scale})"
    return _TYPES.get(data_type.kind, "VARIANT")


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _is_iso(value: exp.Expr) -> exp.Expr:
    form = exp.RegexpLike(this=value, expression=whole_text(ISO_TIME))
    tried = _call("TRY_TO_TIMESTAMP_TZ", value.copy())
    return exp.And(this=form, expression=exp.Is(this=tried, expression=exp.Not(this=exp.Null())))


def parse_time(value: exp.Expr, bad_value: str) -> exp.Expr:
    """ISO text as TIMESTAMP_NTZ in UTC; text without an offset takes the session's, UTC."""
    moment = _call("CONVERT_TIMEZONE", exp.Literal.string("UTC"), _call("TO_TIMESTAMP_TZ", value))
    parsed = cast(moment, "TIMESTAMP")
    if bad_value != "null":
        return parsed
    return exp.Case(ifs=[exp.If(this=_is_iso(value.copy()), true=parsed)])


def bad_time(value: exp.Expr) -> exp.Expr:
    """True where text is neither NULL nor in ISO form."""
    present = exp.Is(this=value, expression=exp.Not(this=exp.Null()))
    return exp.And(this=present, expression=negated(_is_iso(value.copy())))


def nan_as_null(value: exp.Expr) -> exp.Expr:
    """`NULLIF(value, NaN)`: Snowflake holds NaN equal to itself."""
    return exp.Nullif(this=value, expression=cast(exp.Literal.string("NaN"), "DOUBLE"))


def microseconds(value: exp.Expr) -> exp.Expr:
    """`DATE_PART(EPOCH_MICROSECOND, value)`: an integer."""
    return _call("DATE_PART", exp.Var(this="EPOCH_MICROSECOND"), value)


def parameter(name: str) -> exp.Expr:
    """`:name`, a variable of a block or a procedure."""
    return exp.Placeholder(this=name)


def _apart(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    return exp.DateDiff(this=later, expression=earlier, unit=exp.Var(this="MICROSECOND"))


def finish(statement: exp.Expr) -> exp.Expr:
    """Times without a zone by their name in Snowflake's pages."""
    for data_type in nodes_of(statement, exp.DataType):
        if data_type.this in (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ):
            data_type.set("this", exp.DType.USERDEFINED)
            data_type.set("kind", "TIMESTAMP_NTZ")
    return statement


WORDS = Vocabulary(
    rules={
        **DOCUMENTED,
        **microseconds_apart(_apart),
        **dict.fromkeys((exp.NullSafeEQ, exp.NullSafeNEQ), operators.null_safe_by_parts),
        exp.Sum: aggregates.sum_cast_after,
        exp.StartsWith: text.starts,
    },
    truncate=truncate,
    infinity=lambda: cast(exp.Literal.string("inf"), "DOUBLE"),
    has_column_aliases=True,
    has_scalar_correlation=False,
)
rewrite, rewrite_query = tuples_by_columns(rewriters(WORDS))

DIALECT = Dialect(
    name="snowflake",
    printer="snowflake",
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
    longest_name=255,
    lacks={
        "integers of 64 bits": "BIGINT is NUMBER(38, 0): a sum beyond int64 is no error",
        "EPOCH and WEEK parts, ILIKE, LIKE of computed patterns": "nobody ran them beside DuckDB",
    },
)

"""Trino: what its pages say differently from DuckDB, and what it lacks. Not run on an engine.

SQL is parsed by an independent grammar.
"""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, Unsupported, cast
from seeknal.compiler.dialects.duckdb import ISO_TIME
from seeknal.compiler.dialects.gate import negated
from seeknal.compiler.dialects.rules import aggregates, text
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
    Kind.TIMESTAMP: "TIMESTAMP(6)",
}
_TIMES = (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ)


def type_name(data_type: DataType) -> str:
    """`BIGINT`, `TIMESTAMP(6)`, …; lists, structs and json are JSON."""
    if data_type.kind is Kind.DECIMAL:
        return f"DECIMAL({data_type.precision}, {data_type.scale})"
    return _TYPES.get(data_type.kind, "JSON")


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _moment(value: exp.Expr) -> exp.Expr:
    """ISO text with a T, and an offset with minutes, as Trino reads it."""
    with_t = _call("REPLACE", value, exp.Literal.string(" "), exp.Literal.string("T"))
    return _call("FROM_ISO8601_TIMESTAMP_NANOS", with_t)


def _is_iso(value: exp.Expr) -> exp.Expr:
    form = exp.RegexpLike(this=value, expression=whole_text(ISO_TIME))
    tried = _call("TRY", _moment(value.copy()))
    return exp.And(this=form, expression=exp.Is(this=tried, expression=exp.Not(this=exp.Null())))


def parse_time(value: exp.Expr, bad_value: str) -> exp.Expr:
    """ISO text as a time in UTC; text without an offset takes the session's, UTC."""
    moment = exp.AtTimeZone(this=_moment(value), zone=exp.Literal.string("UTC"))
    parsed = cast(moment, "TIMESTAMP")
    if bad_value != "null":
        return parsed
    return exp.Case(ifs=[exp.If(this=_is_iso(value.copy()), true=parsed)])


def bad_time(value: exp.Expr) -> exp.Expr:
    """True where text is neither NULL nor in ISO form."""
    present = exp.Is(this=value, expression=exp.Not(this=exp.Null()))
    return exp.And(this=present, expression=negated(_is_iso(value.copy())))


def nan_as_null(value: exp.Expr) -> exp.Expr:
    """NULL for NaN, which on Trino is not equal to itself."""
    number = exp.Not(this=_call("IS_NAN", value))
    return exp.Case(ifs=[exp.If(this=number, true=value.copy())])


def microseconds(value: exp.Expr) -> exp.Expr:
    """TO_UNIXTIME is a double of seconds, exact to the microsecond once it is rounded."""
    scaled = exp.Mul(
        this=_call("TO_UNIXTIME", value), expression=cast(exp.Literal.number(1_000_000), "DOUBLE")
    )
    return cast(_call("ROUND", scaled), "BIGINT")


def _apart(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    return exp.Paren(this=exp.Sub(this=microseconds(later), expression=microseconds(earlier)))


def parameter(name: str) -> exp.Expr:
    """Trino's parameters have places and no names."""
    raise Unsupported(
        exp.Placeholder(this=name), "a time that is given as it runs", "give it with --as-of"
    )


def finish(statement: exp.Expr) -> exp.Expr:
    """Times of microseconds: a TIMESTAMP without digits has milliseconds."""
    for data_type in nodes_of(statement, exp.DataType):
        if data_type.this in _TIMES and not data_type.expressions:
            digits = exp.DataTypeParam(this=exp.Literal.number(6))
            data_type.set("expressions", [digits])
    return statement


WORDS = Vocabulary(
    rules={
        **DOCUMENTED,
        **microseconds_apart(_apart),
        exp.Sum: aggregates.sum_checked,
        exp.StartsWith: text.starts,
    },
    truncate=truncate,
    infinity=None,
    has_column_aliases=True,
    has_scalar_correlation=False,
)
rewrite, rewrite_query = tuples_by_columns(rewriters(WORDS))

DIALECT = Dialect(
    name="trino",
    printer="trino",
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
        "parameters with names": "the time of a statement is given with --as-of",
        "an exact MEDIAN and QUANTILE": "they are counted by place in the order",
        "EPOCH and WEEK parts, ILIKE, LIKE of computed patterns": "nobody ran them beside DuckDB",
    },
)

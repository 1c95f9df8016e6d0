"""Redshift: what its pages say differently from DuckDB, and what it lacks. Not run on an engine.

SQL is parsed by an independent grammar.
"""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, Unsupported, cast
from seeknal.compiler.dialects.duckdb import ISO_TIME
from seeknal.compiler.dialects.gate import negated
from seeknal.compiler.dialects.rules import aggregates, operators
from seeknal.compiler.dialects.rules.before import tuples_by_columns
from seeknal.compiler.dialects.rules.documented import (
    DOCUMENTED,
    day,
    days_between,
    microseconds_apart,
    sort_key,
    truncate,
    whole_text,
    without_null_safe,
)
from seeknal.compiler.dialects.rules.query import rewriters
from seeknal.compiler.dialects.rules.vocabulary import Vocabulary
from seeknal.compiler.dialects.search import nodes_of
from seeknal.compiler.types import DataType, Kind

_TYPES = {
    Kind.BOOLEAN: "BOOLEAN",
    Kind.INT64: "BIGINT",
    Kind.DOUBLE: "DOUBLE PRECISION",
    Kind.STRING: "VARCHAR(MAX)",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "TIMESTAMP",
}


def type_name(data_type: DataType) -> str:
    """`BIGINT`, `VARCHAR(MAX)`, …; lists, structs and json are SUPER."""
    if data_type.kind is Kind.DECIMAL:
        return f"DECIMAL({data_type.precision}, {data_type.scale})"
    return _TYPES.get(data_type.kind, "SUPER")


def _zoned(value: exp.Expr, *, tried: bool) -> exp.Expr:
    zoned = exp.DataType.build("TIMESTAMPTZ", dialect="duckdb")
    return exp.TryCast(this=value, to=zoned) if tried else exp.Cast(this=value, to=zoned)


def _is_iso(value: exp.Expr) -> exp.Expr:
    form = exp.RegexpLike(this=value, expression=whole_text(ISO_TIME))
    exists = exp.Is(this=_zoned(value.copy(), tried=True), expression=exp.Not(this=exp.Null()))
    return exp.And(this=form, expression=exists)


def parse_time(value: exp.Expr, bad_value: str) -> exp.Expr:
    """ISO text as TIMESTAMP in UTC, by way of a moment, which the session's zone, UTC, reads."""
    moment = _zoned(value, tried=bad_value == "null")
    parsed = exp.AtTimeZone(this=moment, zone=exp.Literal.string("UTC"))
    if bad_value != "null":
        return parsed
    return exp.Case(ifs=[exp.If(this=_is_iso(value.copy()), true=parsed)])


def bad_time(value: exp.Expr) -> exp.Expr:
    """True where text is neither NULL nor in ISO form."""
    present = exp.Is(this=value, expression=exp.Not(this=exp.Null()))
    return exp.And(this=present, expression=negated(_is_iso(value.copy())))


def nan_as_null(value: exp.Expr) -> exp.Expr:
    """`NULLIF(value, NaN)`: like PostgreSQL's, its NaN is equal to itself."""
    return exp.Nullif(this=value, expression=cast(exp.Literal.string("NaN"), "DOUBLE"))


def microseconds(value: exp.Expr) -> exp.Expr:
    """Microseconds from the first day of 1970."""
    return _apart(cast(exp.Literal.string("1970-01-01"), "TIMESTAMP"), value)


def _apart(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    return exp.DateDiff(this=later, expression=earlier, unit=exp.Var(this="MICROSECOND"))


def parameter(name: str) -> exp.Expr:
    """A variable of psql, put in quotes: `psql -v as_of='2026-01-31'`."""
    return exp.Var(this=f":'{name}'")


def finish(statement: exp.Expr) -> exp.Expr:
    """Without IS DISTINCT FROM; its frames count rows alone. Raises `Unsupported` for distances."""
    for node in nodes_of(statement, exp.WindowSpec, exp.NullSafeEQ, exp.NullSafeNEQ):
        if not isinstance(node, exp.WindowSpec):
            without_null_safe(node)
            continue
        bounds = (node.args.get("start"), node.args.get("end"))
        if node.args.get("kind") == "RANGE" and any(isinstance(b, exp.Expr) for b in bounds):
            raise Unsupported(node, "a RANGE frame over a distance", "use `strategy: range_join`")
    return statement


WORDS = Vocabulary(
    rules={
        **DOCUMENTED,
        **microseconds_apart(_apart),
        **dict.fromkeys((exp.NullSafeEQ, exp.NullSafeNEQ), operators.null_safe_by_parts),
        exp.Sum: aggregates.sum_cast_after,
    },
    truncate=truncate,
    greatest_skips_null=True,
    has_column_aliases=True,
    has_scalar_correlation=False,
)
rewrite, rewrite_query = tuples_by_columns(rewriters(WORDS))

DIALECT = Dialect(
    name="redshift",
    printer="redshift",
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
    longest_name=127,
    lacks={
        "frames of RANGE over a distance": "windows are computed by a join",
        "EPOCH and WEEK parts, ILIKE, LIKE of computed patterns": "nobody ran them beside DuckDB",
    },
)

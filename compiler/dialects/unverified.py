"""Dialects that sqlglot prints and nobody looked at: DuckDB's vocabulary by the shared rules."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.dialects.duckdb import ISO_TIME, type_name
from seeknal.compiler.dialects.gate import negated
from seeknal.compiler.dialects.rules import text
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


def parse_time(value: exp.Expr, bad_value: str) -> exp.Expr:
    """A cast to TIMESTAMP; how it reads an offset is the engine's affair."""
    parsed = cast(value, "TIMESTAMP")
    if bad_value != "null":
        return parsed
    return exp.Case(ifs=[exp.If(this=_is_iso(value.copy()), true=parsed)])


def _is_iso(value: exp.Expr) -> exp.Expr:
    return exp.RegexpLike(this=value, expression=whole_text(ISO_TIME))


def bad_time(value: exp.Expr) -> exp.Expr:
    """True where text is not in ISO form."""
    return negated(_is_iso(value))


def nan_as_null(value: exp.Expr) -> exp.Expr:
    """`NULLIF(value, NaN)`."""
    return exp.Nullif(this=value, expression=cast(exp.Literal.string("NaN"), "DOUBLE"))


def _apart(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    return exp.DateDiff(this=later, expression=earlier, unit=exp.Var(this="MICROSECOND"))


def microseconds(value: exp.Expr) -> exp.Expr:
    """Microseconds from the first day of 1970."""
    return _apart(cast(exp.Literal.string("1970-01-01"), "TIMESTAMP"), value)


def parameter(name: str) -> exp.Expr:
    """`:name`."""
    return exp.Placeholder(this=name)


WORDS = Vocabulary(
    rules={**DOCUMENTED, **microseconds_apart(_apart), exp.StartsWith: text.starts},
    truncate=truncate,
)
rewrite, rewrite_query = tuples_by_columns(rewriters(WORDS))


def unverified(name: str) -> Dialect:
    """The dialect that sqlglot calls `name`."""
    return Dialect(
        name=name,
        printer=name,
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
        note="unverified: no engine has run SQL of this dialect",
    )

"""PostgreSQL: what it says differently from DuckDB, and what it lacks."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.dialects.duckdb import ISO_TIME
from seeknal.compiler.dialects.gate import negated
from seeknal.compiler.dialects.postgres_types import type_name
from seeknal.compiler.dialects.postgres_vocabulary import WORDS
from seeknal.compiler.dialects.rules.before import tuples_by_columns
from seeknal.compiler.dialects.rules.query import rewriters
from seeknal.compiler.types import DATE, DataType, Kind


def day(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The day of a date or timestamp; the session's zone is UTC."""
    return value if data_type == DATE else cast(value, "DATE")


def days_between(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    """`later - earlier`: two dates subtract to an integer."""
    return exp.Sub(this=later, expression=earlier)


def _is_iso(value: exp.Expr) -> exp.Expr:
    """True for text in ISO form that is a day of the calendar; NULL for NULL."""
    form = exp.RegexpLike(this=value, expression=exp.Literal.string(f"^{ISO_TIME}$"))
    arguments = [value.copy(), exp.Literal.string("timestamptz")]
    exists = exp.Anonymous(this="pg_input_is_valid", expressions=arguments)
    return exp.And(this=form, expression=exists)


def parse_time(value: exp.Expr, bad_value: str) -> exp.Expr:
    """ISO text as TIMESTAMP in UTC; text that is no time is NULL where the source says so."""
    parsed = exp.AtTimeZone(this=cast(value, "TIMESTAMPTZ"), zone=exp.Literal.string("UTC"))
    if bad_value != "null":
        return parsed
    return exp.Case(ifs=[exp.If(this=_is_iso(value.copy()), true=parsed)])


def bad_time(value: exp.Expr) -> exp.Expr:
    """True where text is neither NULL nor in ISO form."""
    return negated(_is_iso(value))


def parameter(name: str) -> exp.Expr:
    """A variable of psql, put in quotes: `psql -v as_of='2026-01-31'`."""
    return exp.Var(this=f":'{name}'")


def nan_as_null(value: exp.Expr) -> exp.Expr:
    """`NULLIF(value, NaN)`: PostgreSQL holds NaN equal to itself."""
    return exp.Nullif(this=value, expression=cast(exp.Literal.string("NaN"), "DOUBLE"))


def sort_key(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """Text byte by byte, whatever the collation of the database."""
    if data_type.kind is not Kind.STRING:
        return value
    return exp.Collate(this=value, expression=exp.to_identifier("C", quoted=True))


def microseconds(value: exp.Expr) -> exp.Expr:
    """EXTRACT gives an exact number of seconds; times a million it is an integer."""
    seconds = exp.Extract(this=exp.Var(this="EPOCH"), expression=value)
    scaled = exp.Mul(this=seconds, expression=exp.Literal.number(1_000_000))
    return cast(scaled, "BIGINT")


rewrite, rewrite_query = tuples_by_columns(rewriters(WORDS))

DIALECT = Dialect(
    name="postgres",
    printer="postgres",
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
    keeps_steps=True,
    longest_name=63,
    lacks={
        "UPPER of private letters from U+10FF00 on": "they stand for letters with new capitals",
        "TRY_CAST": "a cast either works or fails the statement",
        "UPPER and LOWER beyond ASCII before PostgreSQL 17": 'they need the collation "pg_c_utf8"',
        "`on_bad_value: null` before PostgreSQL 16": "it needs pg_input_is_valid",
    },
)

"""DataFusion: what it says differently from DuckDB, and what it lacks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.dialects.datafusion_finish import finish
from seeknal.compiler.dialects.datafusion_names import tell_apart
from seeknal.compiler.dialects.datafusion_query import settle
from seeknal.compiler.dialects.datafusion_types import type_name
from seeknal.compiler.dialects.datafusion_vocabulary import WORDS
from seeknal.compiler.dialects.duckdb import ISO_TIME
from seeknal.compiler.dialects.rules.query import rewriters
from seeknal.compiler.model import Relation
from seeknal.compiler.types import DATE, DOUBLE, INT64, Column, DataType, Kind

# The engine needs seconds in a time, and takes the 60th for the next minute's first.
_STRICT = f"^{ISO_TIME.replace(':[0-9]{2}([.]', ':[0-5][0-9]([.]')}$"
_WITHOUT_SECONDS = "^(.{13}:[0-9]{2})($|[Z+-])"


def day(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The day of a date or timestamp, which has no zone."""
    return value if data_type == DATE else cast(value, "DATE")


def days_between(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    """`later - earlier`: two dates subtract to an int64."""
    return exp.Sub(this=later, expression=earlier)


def _with_seconds(value: exp.Expr) -> exp.Expr:
    arguments = [value, exp.Literal.string(_WITHOUT_SECONDS), exp.Literal.string(r"\1:00\2")]
    return exp.Anonymous(this="REGEXP_REPLACE", expressions=arguments)


def _tried(value: exp.Expr) -> exp.Expr:
    """The time that ISO text is, NULL where there is none."""
    arguments = [_with_seconds(value), exp.Literal.string("Timestamp(Microsecond, None)")]
    return exp.Anonymous(this="ARROW_TRY_CAST", expressions=arguments)


def _is_iso(value: exp.Expr) -> exp.Expr:
    return exp.RegexpLike(this=value, expression=exp.Literal.string(_STRICT))


def parse_time(value: exp.Expr, bad_value: str) -> exp.Expr:
    """ISO text as TIMESTAMP in UTC: the cast itself takes the offset away."""
    if bad_value != "null":
        return cast(_with_seconds(value), "TIMESTAMP(6)")
    return exp.Case(ifs=[exp.If(this=_is_iso(value.copy()), true=_tried(value))])


def bad_time(value: exp.Expr) -> exp.Expr:
    """True where text is neither NULL nor an ISO date or timestamp."""
    present = exp.Is(this=value, expression=exp.Not(this=exp.Null()))
    no_iso = exp.Not(this=exp.Paren(this=_is_iso(value.copy())))
    no_time = exp.Is(this=_tried(value.copy()), expression=exp.Null())
    return exp.And(this=present, expression=exp.Paren(this=exp.Or(this=no_iso, expression=no_time)))


def parameter(name: str) -> exp.Expr:
    """`$name`."""
    return exp.Var(this=f"${name}")


def nan_as_null(value: exp.Expr) -> exp.Expr:
    """`NULLIF(value, NaN) + 0`: NaN equals itself; -0.0 is apart from 0.0 in windows and NULLIF."""
    kept = exp.Nullif(this=value, expression=cast(exp.Literal.string("NaN"), "DOUBLE"))
    return exp.Add(this=kept, expression=exp.Literal.number(0))


def sort_key(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The value itself: text is compared byte by byte. A double without the sign of 0."""
    if data_type != DOUBLE:
        return value
    return exp.Add(this=value, expression=exp.Literal.number(0))


def wide(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """Sums wrap in 64 bits and in 38 digits without a word; a cast back from these is checked."""
    if data_type.kind is Kind.DECIMAL:
        return cast(value, f"DECIMAL(76, {data_type.scale})")
    return cast(value, "DECIMAL(38, 0)") if data_type == INT64 else value


def microseconds(value: exp.Expr) -> exp.Expr:
    """The integer that a TIMESTAMP(6) is."""
    return cast(value, "BIGINT")


rewrite, _rewrite_query = rewriters(WORDS)


def rewrite_query(
    tree: exp.Query, inputs: Sequence[Relation], columns: Sequence[Column]
) -> exp.Query:
    """A user's query by the shared rules, its expressions told apart by their names."""
    return tell_apart(settle(_rewrite_query(tree, inputs, columns)))


DIALECT = Dialect(
    name="datafusion",
    printer="postgres",
    type_name=type_name,
    day=day,
    days_between=days_between,
    parse_time=parse_time,
    bad_time=bad_time,
    nan_as_null=nan_as_null,
    sort_key=sort_key,
    microseconds=microseconds,
    wide=wide,
    parameter=parameter,
    rewrite=rewrite,
    rewrite_query=rewrite_query,
    finish=finish,
    finishes_by_type=True,
    lacks={
        "UPPER of private letters from U+10FF00 on": "they stand for letters with several capitals",
        "ASOF JOIN": "intervals from each row to the next say the same",
        "NaN in parquet files": "statistics leave it out, and the engine then reads another value; "
        "set `datafusion.execution.collect_statistics` to false",
    },
)

"""DuckDB: the dialect that users write and the runtime's own engine."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.model import Relation
from seeknal.compiler.types import DATE, STRING, Column, DataType, Kind

ISO_TIME = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?"
)

_TYPES = {
    Kind.BOOLEAN: "BOOLEAN",
    Kind.INT64: "BIGINT",
    Kind.DOUBLE: "DOUBLE",
    Kind.STRING: "VARCHAR",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "TIMESTAMP",
}


def type_name(data_type: DataType) -> str:
    """`BIGINT`, `DECIMAL(10, 2)`, …; an opaque type keeps the name DuckDB gave it."""
    if data_type.kind is Kind.DECIMAL:
        return f"DECIMAL({data_type.precision}, {data_type.scale})"
    return _TYPES.get(data_type.kind, data_type.detail)


def day(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The day of a date or timestamp; the session's zone is UTC."""
    return value if data_type == DATE else cast(value, "DATE")


def days_between(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    """`DATE_DIFF('day', earlier, later)`: an int64."""
    return exp.DateDiff(this=later, expression=earlier, unit=exp.Literal.string("day"))


def _is_iso(value: exp.Expr) -> exp.Expr:
    pattern = exp.Literal.string(ISO_TIME)
    return exp.Anonymous(this="regexp_full_match", expressions=[value, pattern])


def parse_time(value: exp.Expr, bad_value: str) -> exp.Expr:
    """ISO text as TIMESTAMP in UTC. By way of TIMESTAMPTZ: a plain cast drops the offset."""
    if bad_value != "null":
        return cast(cast(value, "TIMESTAMPTZ"), "TIMESTAMP")
    checked = exp.TryCast(this=value.copy(), to=exp.DataType.build("TIMESTAMPTZ", dialect="duckdb"))
    return exp.Case(ifs=[exp.If(this=_is_iso(value), true=cast(checked, "TIMESTAMP"))])


def bad_time(value: exp.Expr) -> exp.Expr:
    """True where text is neither NULL nor an ISO date or timestamp."""
    tried = exp.TryCast(this=value, to=exp.DataType.build("TIMESTAMPTZ", dialect="duckdb"))
    return exp.And(
        this=exp.Is(this=value.copy(), expression=exp.Not(this=exp.Null())),
        expression=exp.Paren(
            this=exp.Or(
                this=exp.Not(this=_is_iso(value.copy())),
                expression=exp.Is(this=tried, expression=exp.Null()),
            )
        ),
    )


def parameter(name: str) -> exp.Expr:
    """`$name`."""
    return exp.Placeholder(this=name)


def nan_as_null(value: exp.Expr) -> exp.Expr:
    """NULL for NaN.

    Not `NULLIF(x, 'NaN')` nor `ISNAN(x)`: parquet files of other writers leave NaN out of their
    statistics, and DuckDB 2.0 then takes such a test to be false for the whole file.
    """
    return exp.Case(
        ifs=[
            exp.If(this=exp.Anonymous(this=name, expressions=[value.copy()]), true=value.copy())
            for name in ("isfinite", "isinf")
        ]
    )


def sort_key(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The value itself: text is compared byte by byte."""
    return value


def microseconds(value: exp.Expr) -> exp.Expr:
    """`epoch_us(value)`: an int64."""
    return exp.Anonymous(this="epoch_us", expressions=[value])


def rewrite(tree: exp.Expr, columns: Sequence[Column] = ()) -> exp.Expr:
    """The tree as it is: DuckDB's vocabulary is the one that the compiler writes in."""
    return tree


def rewrite_query(
    tree: exp.Query, inputs: Sequence[Relation], columns: Sequence[Column]
) -> exp.Query:
    """The query as it is."""
    return tree


DIALECT = Dialect(
    name="duckdb",
    printer="duckdb",
    type_name=type_name,
    day=day,
    days_between=days_between,
    parse_time=parse_time,
    bad_time=bad_time,
    nan_as_null=nan_as_null,
    sort_key=sort_key,
    microseconds=microseconds,
    asof_join=True,
    frames_by_row=True,
    keeps_steps=True,
    parameter=parameter,
    rewrite=rewrite,
    rewrite_query=rewrite_query,
    reads_files=True,
)

# How text of a csv or json file becomes each declared type, and when it does not.
_NUMBER = r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
_PATTERNS = {
    Kind.INT64: r"[+-]?[0-9]+",
    Kind.DOUBLE: rf"({_NUMBER}|[+-]?(nan|NaN|NAN|inf|Inf|infinity|Infinity))",
    Kind.DECIMAL: r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)",
    Kind.DATE: r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    Kind.TIMESTAMP: ISO_TIME,
    Kind.BOOLEAN: r"(true|false|True|False|TRUE|FALSE|t|f|1|0)",
}


def text_pattern(data_type: DataType) -> str | None:
    """The regular expression that the whole text of a value must match; None for any text."""
    return _PATTERNS.get(data_type.kind)


def text_to(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """Text of a file as its declared type."""
    if data_type == STRING:
        return value
    if data_type.kind is Kind.TIMESTAMP:
        return parse_time(value, "error")
    return cast(value, type_name(data_type))


def text_fits(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """True where text, not NULL, parses as the declared type."""
    pattern = text_pattern(data_type)
    assert pattern is not None
    target = "TIMESTAMPTZ" if data_type.kind is Kind.TIMESTAMP else type_name(data_type)
    tried = exp.TryCast(this=value.copy(), to=exp.DataType.build(target, dialect="duckdb"))
    matches = exp.Anonymous(
        this="regexp_full_match", expressions=[value, exp.Literal.string(pattern)]
    )
    present = exp.Is(this=tried, expression=exp.Not(this=exp.Null()))
    return exp.And(this=matches, expression=present)

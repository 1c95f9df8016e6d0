"""How ClickHouse spells types. Every value may be NULL, so every type is Nullable."""

from __future__ import annotations

from functools import cache

from sqlglot import exp

from seeknal.compiler.types import TIMESTAMP, DataType, Kind

_TYPES = {
    Kind.BOOLEAN: "BOOLEAN",
    Kind.INT64: "BIGINT",
    Kind.DOUBLE: "DOUBLE",
    Kind.STRING: "VARCHAR",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "TIMESTAMP",
}
_COLUMNS = {
    Kind.BOOLEAN: "Nullable(Bool)",
    Kind.INT64: "Nullable(Int64)",
    Kind.DOUBLE: "Nullable(Float64)",
    Kind.STRING: "Nullable(String)",
    Kind.DATE: "Nullable(Date32)",
    Kind.TIMESTAMP: "Nullable(DateTime64(6, 'UTC'))",
}
_TIMES = frozenset({exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ, exp.DType.TIMESTAMPTZ})


def type_name(data_type: DataType) -> str:
    """The type in DuckDB's words, which `own_type` translates in a finished statement."""
    if data_type.kind is Kind.DECIMAL:
        return f"DECIMAL({data_type.precision}, {data_type.scale})"
    return _TYPES.get(data_type.kind, "VARCHAR")


def column_type(data_type: DataType) -> str:
    """`Nullable(Int64)`, `Nullable(Decimal(10, 2))`, …; what is none of ours is text."""
    if data_type.kind is Kind.DECIMAL:
        return f"Nullable(Decimal({data_type.precision}, {data_type.scale}))"
    return _COLUMNS.get(data_type.kind, "Nullable(String)")


def own_type(node: exp.DataType) -> exp.DataType:
    """The type as ClickHouse has it: a DATE is Date32, a TIMESTAMP counts microseconds in UTC.

    Its Date ends in 2149 and begins in 1970, its DateTime counts seconds, and both put what is
    beyond their ends at them without a word.
    """
    if node.this == exp.DType.DATE:
        return exp.DataType(this=exp.DType.DATE32, nullable=node.args.get("nullable", True))
    if node.this in _TIMES:
        return timestamp_type().copy()
    return node


@cache
def timestamp_type(*, nullable: bool = True) -> exp.DataType:
    """`DateTime64(6, 'UTC')`; what it returns is not to be changed."""
    name = _COLUMNS[TIMESTAMP.kind] if nullable else "DateTime64(6, 'UTC')"
    return exp.DataType.build(name, dialect="clickhouse")

"""How PostgreSQL spells types."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import cast
from seeknal.compiler.dialects.typed import type_of, typed
from seeknal.compiler.types import DataType, Kind

_TYPES = {
    Kind.BOOLEAN: "BOOLEAN",
    Kind.INT64: "BIGINT",
    Kind.DOUBLE: "DOUBLE PRECISION",
    Kind.STRING: "TEXT",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "TIMESTAMP",
}


def type_name(data_type: DataType) -> str:
    """`BIGINT`, `DECIMAL(10, 2)`, …; lists, structs and json become JSONB."""
    if data_type.kind is Kind.DECIMAL:
        return f"DECIMAL({data_type.precision}, {data_type.scale})"
    return _TYPES.get(data_type.kind, "JSONB")


def cast_to(node: exp.Expr, data_type: DataType) -> exp.Expr:
    """An output of the type that the model promises: cast unless it is known to have it."""
    if type_of(node) == data_type or data_type.kind is Kind.OTHER:
        return node
    spelt = "DOUBLE" if data_type.kind is Kind.DOUBLE else type_name(data_type)
    return typed(cast(node, spelt), data_type)

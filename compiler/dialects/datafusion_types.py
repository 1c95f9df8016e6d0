"""How DataFusion spells types."""

from __future__ import annotations

from seeknal.compiler.types import DataType, Kind

_TYPES = {
    Kind.BOOLEAN: "BOOLEAN",
    Kind.INT64: "BIGINT",
    Kind.DOUBLE: "DOUBLE",
    Kind.STRING: "TEXT",
    Kind.DATE: "DATE",
    # Without its digits a TIMESTAMP counts nanoseconds and ends in 2262.
    Kind.TIMESTAMP: "TIMESTAMP(6)",
}


def type_name(data_type: DataType) -> str:
    """`BIGINT`, `DECIMAL(10, 2)`, …; lists, structs and json are text."""
    if data_type.kind is Kind.DECIMAL:
        return f"DECIMAL({data_type.precision}, {data_type.scale})"
    return _TYPES.get(data_type.kind, "TEXT")

"""How DataFusion spells types."""

from __future__ import annotations

from sqlglot import exp

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


def written_decimal(node: exp.Expr) -> str | None:
    """The digits of a decimal that is written out, as text with a cast to just its digits."""
    if not isinstance(node, exp.Cast) or node.to.this != exp.DType.DECIMAL:
        return None
    text, digits = node.this, node.to.expressions
    if not isinstance(text, exp.Literal) or not text.is_string or not digits:
        return None
    scale = len(text.name.partition(".")[2])
    return str(text.name) if digits[-1].name == str(scale) else None

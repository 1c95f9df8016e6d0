"""How Spark spells types.

Times are TIMESTAMP_NTZ: microseconds without a zone, as SEMANTICS "Values" has them. Spark's plain
TIMESTAMP is a moment that every cast, every function and every literal reads by the zone of the
session, so that one statement could give two results.
"""

from __future__ import annotations

from sqlglot import exp
from sqlglot.errors import ParseError

from seeknal.compiler.types import DataType, Kind

_TYPES = {
    Kind.BOOLEAN: "BOOLEAN",
    Kind.INT64: "BIGINT",
    Kind.DOUBLE: "DOUBLE",
    Kind.STRING: "STRING",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "TIMESTAMP_NTZ",
}
_OTHER = "STRING"
_NESTED = frozenset({exp.DType.ARRAY, exp.DType.LIST, exp.DType.STRUCT, exp.DType.MAP})


def type_name(data_type: DataType) -> str:
    """`BIGINT`, `DECIMAL(10, 2)`, …; lists, structs and maps in DuckDB's spelling, json is text."""
    if data_type.kind is Kind.DECIMAL:
        return f"DECIMAL({data_type.precision}, {data_type.scale})"
    if data_type.kind in _TYPES:
        return _TYPES[data_type.kind]
    return data_type.detail if _is_nested(data_type.detail) else _OTHER


def _is_nested(detail: str) -> bool:
    try:
        return exp.DataType.build(detail, dialect="duckdb").this in _NESTED
    except ParseError:
        return False

"""BigQuery's types."""

from __future__ import annotations

from functools import cache

from sqlglot import exp

from seeknal.compiler.types import DataType, Kind

# NUMERIC has 29 digits before the point and 9 behind it; BIGNUMERIC has 38 and 38.
_DIGITS, _SCALE = 29, 9

# TIMESTAMP of a spec has no zone, and so has DATETIME: its day does not follow the session, and
# months can be taken from it. sqlglot prints DOUBLE as FLOAT64.
_TYPES = {
    Kind.BOOLEAN: "BOOL",
    Kind.INT64: "INT64",
    Kind.DOUBLE: "DOUBLE",
    Kind.STRING: "STRING",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "DATETIME",
}


def type_name(data_type: DataType) -> str:
    """`INT64`, `NUMERIC(10, 2)`, …; lists, structs and json become JSON."""
    if data_type.kind is Kind.DECIMAL:
        name = decimal_name(data_type.precision, data_type.scale)
        return f"{name}({data_type.precision}, {data_type.scale})"
    return _TYPES.get(data_type.kind, "JSON")


def decimal_name(precision: int, scale: int) -> str:
    """NUMERIC where it holds such a decimal, else BIGNUMERIC."""
    return "BIGNUMERIC" if scale > _SCALE or precision - scale > _DIGITS else "NUMERIC"


def in_cast(data_type: exp.DataType) -> exp.DataType:
    """The type as a cast may name it: only columns of tables have digits to their decimals."""
    if data_type.this not in (exp.DataType.Type.DECIMAL, exp.DataType.Type.BIGDECIMAL):
        return data_type
    digits = [int(part.name) for part in data_type.expressions]
    precision, scale = (*digits, 38, 0)[:2] if digits else (18, 3)
    if len(digits) == 1:
        scale = 0
    name = decimal_name(precision, scale)
    if data_type.this == exp.DataType.Type.BIGDECIMAL:
        name = "BIGNUMERIC"
    return _decimal(name).copy()


@cache
def _decimal(name: str) -> exp.DataType:
    return exp.DataType.build(name, dialect="bigquery")

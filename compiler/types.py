"""The types of columns (SEMANTICS "Values"): what the compiler knows of a relation's columns."""

from __future__ import annotations

import re
from enum import StrEnum

from seeknal.compiler.records import dataclass


class Kind(StrEnum):
    """The kinds of value that features are computed from; `OTHER` passes through untouched."""

    BOOLEAN = "boolean"
    INT64 = "int64"
    DOUBLE = "double"
    DECIMAL = "decimal"
    STRING = "string"
    DATE = "date"
    TIMESTAMP = "timestamp"
    OTHER = "other"

    # As equality has it, which is a text's; Enum's own hash is a call of Python.
    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True)
class DataType:
    """A column's type. `precision` and `scale` belong to decimals, `detail` names an OTHER type."""

    kind: Kind
    precision: int = 0
    scale: int = 0
    detail: str = ""

    def __str__(self) -> str:
        if self.kind is Kind.DECIMAL:
            return f"decimal({self.precision},{self.scale})"
        return self.detail or self.kind.value

    def __deepcopy__(self, memo: object) -> DataType:
        """Itself: copies of a tree keep the types of its nodes, and nothing changes one."""
        return self

    @property
    def is_number(self) -> bool:
        """True for int64, double and decimal."""
        return self.kind in (Kind.INT64, Kind.DOUBLE, Kind.DECIMAL)

    @property
    def is_ordered(self) -> bool:
        """True for every type with a total order that all engines share."""
        return self.kind not in (Kind.OTHER,)

    @property
    def is_temporal(self) -> bool:
        """True for date and timestamp."""
        return self.kind in (Kind.DATE, Kind.TIMESTAMP)


BOOLEAN = DataType(Kind.BOOLEAN)
INT64 = DataType(Kind.INT64)
DOUBLE = DataType(Kind.DOUBLE)
STRING = DataType(Kind.STRING)
DATE = DataType(Kind.DATE)
TIMESTAMP = DataType(Kind.TIMESTAMP)


def decimal(precision: int, scale: int) -> DataType:
    """An exact number of `precision` digits, `scale` of them after the point."""
    return DataType(Kind.DECIMAL, precision, scale)


_LONGEST = 38
"""Digits of the longest decimal that every engine has."""


def common_type(one: DataType, other: DataType) -> DataType | None:
    """The type in which two keys compare to the last digit (SEMANTICS "Keys"); None for none.

    Integers compare with doubles as integers; integers and decimals as a decimal that holds both.
    """
    if one.kind is Kind.OTHER or other.kind is Kind.OTHER:
        return None
    if one == other:
        return one
    kinds = {one.kind, other.kind}
    if kinds == {Kind.INT64, Kind.DOUBLE}:
        return INT64
    if not kinds <= {Kind.INT64, Kind.DECIMAL}:
        return None
    scale = max(one.scale, other.scale)
    whole = max(19 if t == INT64 else t.precision - t.scale for t in (one, other))
    return decimal(whole + scale, scale) if whole + scale <= _LONGEST else None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a relation, spelt as the relation spells it."""

    name: str
    type: DataType


_INTEGERS = frozenset(
    "tinyint smallint integer int bigint long int1 int2 int4 int8 int16 int32 int64 hugeint "
    "utinyint usmallint uinteger ubigint uhugeint signed short bignum".split()
)
_DOUBLES = frozenset("double float real float4 float8 float32 float64 double_precision".split())
_STRINGS = frozenset("varchar text string char bpchar enum uuid".split())
_TIMESTAMPS = frozenset(
    "timestamp datetime timestamptz timestamp_s timestamp_ms timestamp_ns timestamp_us".split()
)
_NUMERIC = re.compile(r"(?:decimal|numeric)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)$")


def parse_type(text: str) -> DataType | None:
    """The type that a spec or DuckDB calls `text`; None for a name that no type has.

    >>> parse_type("BIGINT"), parse_type("decimal(10, 2)")
    (DataType(kind=<Kind.INT64: 'int64'>, precision=0, scale=0, detail=''), \
DataType(kind=<Kind.DECIMAL: 'decimal'>, precision=10, scale=2, detail=''))
    """
    word = text.strip().lower()
    if word in _INTEGERS:
        return INT64
    if word in _DOUBLES or word == "double precision":
        return DOUBLE
    if word in _STRINGS or word.startswith(("varchar(", "char(", "enum(")):
        return STRING
    if word in ("boolean", "bool", "logical"):
        return BOOLEAN
    if word == "date":
        return DATE
    if word in _TIMESTAMPS or word.startswith(("timestamp(", "timestamp with")):
        return TIMESTAMP
    if word in ("decimal", "numeric"):
        return decimal(18, 3)
    if match := _NUMERIC.match(word):
        return decimal(int(match[1]), int(match[2] or 0))
    if word.endswith("[]") or word.startswith(("struct", "list", "map", "array", "union")):
        return DataType(Kind.OTHER, detail=text.strip())
    if word in ("json", "blob", "bytea", "time", "interval", "bit", "geometry", "variant", "null"):
        return DataType(Kind.OTHER, detail=text.strip())
    return None

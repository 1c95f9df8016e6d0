"""What a function returned, as the rows that are published: the types of SEMANTICS "Values".

Narrow numbers become int64 and double, NaN becomes NULL, times become microseconds in UTC; then a
declared schema is enforced. A column is changed to its declared type only where no value is.
"""

from __future__ import annotations

from collections.abc import Sequence

from seeknal.compiler.dialects.duckdb import type_name
from seeknal.compiler.findings import Finding
from seeknal.compiler.kinds.spec import ColumnDeclaration
from seeknal.compiler.resolve.binder import column_type
from seeknal.compiler.suggest import suggest
from seeknal.compiler.types import DataType, Kind
from seeknal.runtime.duckdb_engine import identifier

_NOTHING = ('"NULL"', "NULL")
"""The type of a column without any value: it fits all."""

Typed = Sequence[tuple[str, str]]
"""(name, DuckDB type) pairs."""


def returned_sql(relation: str, columns: Typed, schema: Sequence[ColumnDeclaration]) -> str:
    """A SELECT of what was returned, with the types that are published."""
    by_name = {name.casefold(): (name, type_) for name, type_ in columns}
    parts = [f"{_plain(identifier(name), type_)} AS {identifier(name)}" for name, type_ in columns]
    if schema:
        # A declared schema says the order and the spelling, too.
        parts = []
        for line in schema:
            name, type_ = by_name[line.name.value.casefold()]
            value = _value(identifier(name), type_, line.type)
            parts.append(f"{value} AS {identifier(line.name.value)}")
    return f"SELECT {', '.join(parts)} FROM {identifier(relation)}"


def misfit(columns: Typed, schema: Sequence[ColumnDeclaration]) -> Finding | None:
    """What of the declared columns was not returned, or cannot become its type."""
    found = {name.casefold(): type_ for name, type_ in columns}
    for line in schema:
        type_ = found.get(line.name.value.casefold())
        if type_ is None:
            help = suggest(line.name.value, [name for name, _ in columns], "columns")
            message = f"the function returned no column `{line.name}`, which its schema declares"
            return Finding("schema-mismatch", message, line.name.place, help)
        if type_ not in _NOTHING and not _can_become(column_type(type_), line.type):
            return Finding(
                "schema-mismatch",
                f"the function returned `{line.name}` as {column_type(type_)}, and its schema "
                f"declares {line.type}",
                line.name.place,
                f"declare {column_type(type_)}, or convert it in the function",
            )
    declared = {line.name.value.casefold() for line in schema}
    more = [name for name, _ in columns if schema and name.casefold() not in declared]
    if more:
        return Finding(
            "schema-mismatch",
            f"the function returned a column `{more[0]}`, which its schema does not declare",
            schema[0].name.place,
            "declare it, or drop it in the function",
        )
    return None


def changed_sql(relation: str, columns: Typed, line: ColumnDeclaration) -> str | None:
    """A SELECT of the values that would not be the same in their declared type; None for none."""
    type_ = next(t for name, t in columns if name.casefold() == line.name.value.casefold())
    found = column_type(type_)
    if type_ in _NOTHING or (found.kind is line.type.kind and found.kind is not Kind.DECIMAL):
        return None
    name = next(n for n, _ in columns if n.casefold() == line.name.value.casefold())
    value = _plain(identifier(name), type_)
    back = f"CAST(TRY_CAST({value} AS {type_name(line.type)}) AS {type_name(found)})"
    return (
        f"SELECT CAST({identifier(name)} AS VARCHAR) AS value FROM {identifier(relation)} "
        f"WHERE {value} IS NOT NULL AND {back} IS DISTINCT FROM {value}"
    )


def _value(column: str, found: str, declared: DataType) -> str:
    value = _plain(column, found)
    if declared.kind is Kind.OTHER:
        return value
    return f"CAST({value} AS {type_name(declared)})"


def _plain(column: str, found: str) -> str:
    """The column in one of the types that specs know, where it is nearly one."""
    if found in ("DOUBLE", "FLOAT", "HALF FLOAT"):
        value = column if found == "DOUBLE" else f"CAST({column} AS DOUBLE)"
        # NaN is neither finite nor infinite; comparing with it is not the same everywhere.
        return f"CASE WHEN isfinite({value}) THEN {value} WHEN isinf({value}) THEN {value} END"
    if found in _NOTHING:
        return f"CAST({column} AS VARCHAR)"
    if found.startswith("ENUM"):
        return f"CAST({column} AS VARCHAR)"
    if found.startswith("TIMESTAMP"):
        return f"CAST({column} AS TIMESTAMP)"
    return column


def _can_become(found: DataType, declared: DataType) -> bool:
    """True where values may be the same in both types; which of them are is seen on the rows."""
    if found.kind is declared.kind or declared.kind is Kind.OTHER:
        return True
    pair = (found.kind, declared.kind)
    numbers = (Kind.INT64, Kind.DOUBLE, Kind.DECIMAL)
    return (found.kind in numbers and declared.kind in numbers) or pair in (
        (Kind.TIMESTAMP, Kind.DATE),
        (Kind.DATE, Kind.TIMESTAMP),
        (Kind.DOUBLE, Kind.BOOLEAN),
    )

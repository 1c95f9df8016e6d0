"""Types of user SQL, from DuckDB's own binder over empty tables: no data is read.

User SQL is written in DuckDB's dialect, so its binder is the judge of names and types. Nothing
is connected to: the tables are made in memory from what the compiler knows of their columns.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from seeknal.compiler.model import Relation
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Column, DataType, Kind, parse_type

if TYPE_CHECKING:
    import duckdb

_DUCKDB_TYPES = {
    Kind.BOOLEAN: "BOOLEAN",
    Kind.INT64: "BIGINT",
    Kind.DOUBLE: "DOUBLE",
    Kind.STRING: "VARCHAR",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "TIMESTAMP",
}


@dataclass(frozen=True, slots=True)
class BindError:
    """What DuckDB says of SQL that does not bind. `position` is an offset into the SQL."""

    message: str
    position: int | None = None
    candidates: tuple[str, ...] = ()


def duckdb_type(data_type: DataType) -> str:
    """The name that DuckDB has for a type."""
    if data_type.kind is Kind.DECIMAL:
        return f"DECIMAL({data_type.precision},{data_type.scale})"
    return _DUCKDB_TYPES.get(data_type.kind) or data_type.detail or "VARCHAR"


def column_type(name: str) -> DataType:
    """The type of a column that DuckDB describes as `name`."""
    return parse_type(name) or DataType(Kind.OTHER, detail=name)


def bind(sql: str, relations: Sequence[Relation]) -> list[tuple[str, str]] | BindError:
    """Names and DuckDB's types of the columns that `sql` returns where `relations` exist."""
    import duckdb

    connection = _connection()
    for relation in relations:
        _declare(connection, relation)
    try:
        found = connection.sql(sql)
    except duckdb.Error:
        # A statement that is executed says where the error is; a relation does not.
        try:
            connection.execute(f"DESCRIBE {sql}")
        except duckdb.Error as error:
            return _explain(str(error), len("DESCRIBE "))
        raise
    # Not from DESCRIBE, which says that `id AS "ID"` is named `id`.
    return [(name, str(type_)) for name, type_ in zip(found.columns, found.types, strict=True)]


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("SET TimeZone = 'UTC'; SET errors_as_json = true")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET python_enable_replacements = false")
    return connection


_declared: dict[str, tuple[Column, ...]] = {}


def _declare(connection: duckdb.DuckDBPyConnection, relation: Relation) -> None:
    # DuckDB has one table for names that differ by case only.
    name = relation.name.casefold()
    if _declared.get(name) == relation.columns:
        return
    columns = ", ".join(f"{_quote(c.name)} {duckdb_type(c.type)}" for c in relation.columns)
    connection.execute(f"CREATE OR REPLACE TABLE {_quote(relation.name)} ({columns})")
    _declared[name] = relation.columns


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _explain(text: str, skip: int) -> BindError:
    try:
        detail = json.loads(text[text.index("{") :])
    except ValueError:
        return BindError(text.split("\n")[0])
    message = str(detail.get("exception_message", text)).split("\n")[0].strip()
    position = detail.get("position")
    candidates = detail.get("candidates") or ""
    return BindError(
        message,
        max(0, int(position) - skip) if position is not None else None,
        tuple(part.strip() for part in str(candidates).split(",") if part.strip()),
    )

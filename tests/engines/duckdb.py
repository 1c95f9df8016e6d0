"""DuckDB, in this process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seeknal.compiler.dialects.duckdb import type_name
from seeknal.compiler.types import Column
from tests.engines.base import Mark
from tests.harness import Result, connect, query
from tests.strategies.files import arrow_table

if TYPE_CHECKING:
    import duckdb

MARKS: tuple[Mark, ...] = ()


class DuckDB:
    """A database in memory. Its relations are tables."""

    dialect = "duckdb"

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, overflow: tuple[type[Exception], ...]
    ) -> None:
        self.connection = connection
        self.overflow = overflow
        self._made: set[str] = set()

    def load(self, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
        table = arrow_table([(column.name, str(column.type)) for column in columns], rows)
        types = ", ".join(f"{_quoted(column.name)} {type_name(column.type)}" for column in columns)
        self.connection.execute(f"CREATE OR REPLACE TABLE {_quoted(name)} ({types})")
        self._made.add(name)
        self.connection.register("loaded rows", table)
        self.connection.execute(f'INSERT INTO {_quoted(name)} FROM "loaded rows"')
        self.connection.unregister("loaded rows")

    def keep(self, name: str, sql: str) -> None:
        self.connection.execute(f"CREATE OR REPLACE TABLE {_quoted(name)} AS\n{sql}")
        self._made.add(name)

    def query(self, sql: str) -> Result:
        return query(self.connection, sql)

    def read_below(self, root: Path) -> None:
        path = str(root).replace("'", "''")
        self.connection.execute(f"SET file_search_path = '{path}'")

    def clear(self) -> None:
        for name in self._made:
            self.connection.execute(f"DROP TABLE IF EXISTS {_quoted(name)}")
        self._made.clear()

    def close(self) -> None:
        self.connection.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def open_engine() -> DuckDB:
    """A database of its own."""
    import duckdb

    return DuckDB(connect(), (duckdb.ConversionException, duckdb.OutOfRangeException))

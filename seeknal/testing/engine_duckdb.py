"""DuckDB in this process, for unit tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from seeknal.compiler.dialects.duckdb import type_name
from seeknal.compiler.types import Column, Kind
from seeknal.runtime.duckdb_engine import identifier, literal, readable

_TODAY = ("current_date", "today")
_NOW = ("now", "current_timestamp", "get_current_timestamp", "transaction_timestamp")
_LOCAL = ("localtimestamp", "current_localtimestamp")


@dataclass(frozen=True, slots=True)
class Result:
    """The rows of a statement."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class DuckDB:
    """A database in memory, in UTC. Its clock can be stopped."""

    dialect = "duckdb"

    def __init__(self) -> None:
        """Open the database."""
        import duckdb

        self._connection = duckdb.connect(":memory:", config={"threads": 1})
        self._connection.execute("SET TimeZone = 'UTC'")

    def load(self, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
        """Make a table with these rows."""
        fields = ", ".join(f"{identifier(c.name)} {_type(c)}" for c in columns)
        self._connection.execute(f"CREATE OR REPLACE TABLE {identifier(name)} ({fields})")
        if rows:
            marks = ", ".join(_mark(column, rows, at) for at, column in enumerate(columns))
            insert = f"INSERT INTO {identifier(name)} VALUES ({marks})"
            self._connection.executemany(insert, [list(row) for row in rows])

    def query(self, sql: str) -> Result:
        """The rows of one statement; times with a zone as UTC without one."""
        described = self._connection.execute(f"DESCRIBE\n{sql}").fetchall()
        shown = ", ".join(readable(str(name), str(type)) for name, type, *_ in described)
        rows = self._connection.execute(f"SELECT {shown} FROM (\n{sql}\n)").fetchall()
        return Result(tuple(str(row[0]) for row in described), rows)

    def clear(self) -> None:
        """Drop all tables and start the clock again."""
        tables = self._connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        for (name,) in tables:
            self._connection.execute(f"DROP TABLE {identifier(str(name))}")
        macros = self._connection.execute(
            "SELECT DISTINCT function_name FROM duckdb_functions() WHERE database_name = 'memory'"
        ).fetchall()
        for (name,) in macros:
            self._connection.execute(f"DROP MACRO memory.main.{identifier(str(name))}")

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def stop_clock(self, at: datetime) -> None:
        """From now on it is `at`, UTC: macros take the place of the functions that tell time."""
        moment = f"TIMESTAMP {literal(at.isoformat(sep=' '))}"
        for names, value in (
            (_TODAY, f"CAST({moment} AS DATE)"),
            (_NOW, f"CAST({moment} AS TIMESTAMPTZ)"),
            (_LOCAL, moment),
        ):
            for name in names:
                self._connection.execute(f"CREATE OR REPLACE MACRO {name}() AS {value}")


def _type(column: Column) -> str:
    return column.type.detail if column.type.kind is Kind.OTHER else type_name(column.type)


def _mark(column: Column, rows: Sequence[Sequence[Any]], at: int) -> str:
    """The parameter of a column; lists and structs are given as JSON text."""
    texts = [row[at] for row in rows if isinstance(row[at], str)]
    if column.type.kind is Kind.OTHER and any(text[:1] in ("[", "{") for text in texts):
        return f"CAST(CAST(? AS JSON) AS {column.type.detail})"
    return "?"

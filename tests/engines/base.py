"""What a test needs of an engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from seeknal.compiler.types import Column
from tests.harness import Result


class TestedEngine(Protocol):
    """An engine in this process or a server of its own; its session is in UTC.

    A relation holds Python values: None, bool, int, float, Decimal, str, date, and datetime
    without a zone. `overflow` are the exceptions that an integer that does not fit ends in.
    """

    dialect: str
    overflow: tuple[type[Exception], ...]

    def load(self, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
        """Make a relation of that exact name, or put these rows in the place of its own."""

    def query(self, sql: str) -> Result:
        """The rows of a statement, as the Python values above."""

    def clear(self) -> None:
        """Drop all relations."""

    def close(self) -> None:
        """End the engine."""

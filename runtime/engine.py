"""What the runner asks of an engine, and how an engine says that it could not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

Row = Mapping[str, object]


class EngineError(Exception):
    """A statement failed.

    `code`, `message` and `help` are those of the finding to report; `detail` is all that the
    engine said.
    """

    def __init__(self, code: str, message: str, help: str, detail: str) -> None:
        """Keep all four; the exception's own text is the message."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help
        self.detail = detail


class Engine(Protocol):
    """Runs compiled SQL. Every method raises EngineError for a statement that fails.

    An interrupt (Ctrl-C) stops the running statement and is raised as KeyboardInterrupt.
    """

    dialect: str

    def attach(self, relation: str, file: Path) -> None:
        """Make the parquet at `file` readable under the name `relation`."""

    def offer(self, relation: str, rows: Any) -> None:
        """Make an Arrow table readable under the name `relation`, until it is withdrawn."""

    def withdraw(self, relation: str) -> None:
        """Forget a table that was offered."""

    def keep(self, sql: str, name: str) -> None:
        """Keep the rows of one SELECT as the table `name`, until it is dropped."""

    def drop(self, name: str) -> None:
        """Drop a table made by `keep`."""

    def write(self, sql: str, file: Path, *, ordered: bool, keys: Sequence[str] = ()) -> int:
        """Write the rows of one SELECT to `file` as parquet and return how many they are.

        `ordered` keeps the order of the rows read (a source, a user's own SQL); with `keys` the
        rows are sorted by these columns.
        """

    def describe(self, file: Path) -> tuple[tuple[str, str], ...]:
        """The columns of a parquet file and the engine's names of their types."""

    def columns_of(self, sql: str) -> tuple[tuple[str, str], ...]:
        """The columns of a SELECT and the engine's names of their types."""

    def rows(self, sql: str, limit: int) -> tuple[Sequence[Row], int]:
        """The first `limit` rows of a SELECT, in the order of all columns, and how many in all."""

    def __enter__(self) -> Self:
        """Open the engine."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the engine."""

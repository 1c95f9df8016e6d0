"""What a test needs of an engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from seeknal.compiler.types import Column
from tests.harness import Result


class TestedEngine(Protocol):
    """An engine in this process or a server of its own; its session is in UTC.

    A relation holds Python values: None, bool, int, float (NaN among them), Decimal, str, date,
    and datetime without a zone. `overflow` are the exceptions that an integer that does not fit
    ends in.
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


@runtime_checkable
class ReadsFiles(Protocol):
    """An engine that reads the files of a project itself, as its dialect says."""

    def read_below(self, root: Path) -> None:
        """Paths in SQL are relative to this folder from now on."""


@runtime_checkable
class Keeps(Protocol):
    """An engine that makes a relation of a statement's rows, as staged statements ask."""

    def keep(self, name: str, sql: str) -> None:
        """Make a relation of that exact name, in the place of an earlier one."""


@runtime_checkable
class Runs(ReadsFiles, Keeps, Protocol):
    """An engine of `seeknal run`, which reads files and takes statements in guarded form."""


Why = Literal["not implemented here", "engine cannot", "never, because"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell of the suite that does not hold on an engine, and the reason.

    `cell` is a pattern (`*` stands for any text) of the cells' names, which failures print.

    * "not implemented here" is a gap of ours: the cell must fail, or be refused.
    * "engine cannot": the engine lacks what it takes. Compiling must refuse.
    * "never, because": it would mean something else. Compiling must refuse.

    What refuses says so in a message that is a snapshot. `says` is a part of that message: drawn
    specs that hold the construct among others are refused too, and are known by it.
    """

    cell: str
    why: Why
    reason: str
    says: str = ""

    def __post_init__(self) -> None:
        assert self.reason, f"the mark on {self.cell} has no reason"

    def covers(self, cell: str) -> bool:
        return fnmatchcase(cell, self.cell)

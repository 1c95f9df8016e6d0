"""What the compiler has to say about a project: findings with a code, a place and a help line.

Findings are collected, not thrown one by one: a stage adds to a `Findings` list and the command
stops after the stage that found an error. `CompileFailed` carries the whole list to the front door.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from enum import StrEnum

from seeknal.compiler.records import dataclass


class Severity(StrEnum):
    """How much a finding weighs: an error stops the command, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Place:
    """A span in a file of the project.

    `file` is relative to the project root with forward slashes; `line` and `column` count from 1;
    `length` is the number of characters to underline on that line.
    """

    file: str
    line: int = 1
    column: int = 1
    length: int = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: what is wrong (`message`), where, and the way out (`help`).

    `related` names other places that matter, each with a short note.
    """

    code: str
    message: str
    place: Place | None = None
    help: str | None = None
    related: tuple[tuple[Place, str], ...] = ()
    severity: Severity = Severity.ERROR


class CompileFailed(Exception):
    """Raised after a stage whose findings hold at least one error."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(f"{f.severity}[{f.code}]: {f.message}" for f in self.findings))


@dataclass(slots=True)
class Findings:
    """A list that stages add to, in the order found."""

    items: list[Finding] = field(default_factory=list)

    def error(
        self,
        code: str,
        message: str,
        place: Place | None = None,
        help: str | None = None,
        related: Iterable[tuple[Place, str]] = (),
    ) -> None:
        """Add an error."""
        self.items.append(Finding(code, message, place, help, tuple(related)))

    def warn(
        self,
        code: str,
        message: str,
        place: Place | None = None,
        help: str | None = None,
        related: Iterable[tuple[Place, str]] = (),
    ) -> None:
        """Add a warning."""
        self.items.append(Finding(code, message, place, help, tuple(related), Severity.WARNING))

    @property
    def has_errors(self) -> bool:
        """True where a finding is an error."""
        return any(item.severity is Severity.ERROR for item in self.items)

    def stop_on_errors(self) -> None:
        """Raise `CompileFailed` with everything found so far where an error is among it."""
        if self.has_errors:
            raise CompileFailed(self.items)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

"""Errors of frames: a finding that Python code meets as an exception."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from seeknal.compiler.findings import CompileFailed
from seeknal.compiler.suggest import suggest


class FrameError(ValueError):
    """What does not fit, with a `code` (docs/errors.md) and the way out."""

    def __init__(self, code: str, message: str, help: str | None = None) -> None:
        """The text is all three, as the command line prints them."""
        super().__init__(f"error[{code}]: {message}" + (f"\n  help: {help}" if help else ""))
        self.code = code
        self.message = message
        self.help = help

    @classmethod
    def unknown_column(cls, name: str, columns: Iterable[object], of: str) -> Self:
        """A column that is not there, and the nearest that is."""
        known = [str(column) for column in columns]
        message = f"{of} has no column `{name}`"
        return cls("unknown-column", message, suggest(name, known, "columns"))

    @classmethod
    def of(cls, failed: CompileFailed) -> Self:
        """The first error that the compiler found."""
        finding = failed.findings[0]
        return cls(finding.code, finding.message, finding.help)

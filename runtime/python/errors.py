"""How a user's function fails: a finding, and what Python said of it."""

from __future__ import annotations


class PythonFailed(ValueError):
    """A function has no result.

    `code`, `message` and `help` are those of the finding to report; `detail` is the traceback
    from the user's file on, or what an installer said. `line` is where in the user's file, 0 for
    nowhere.
    """

    def __init__(
        self, code: str, message: str, help: str = "", detail: str = "", line: int = 0
    ) -> None:
        """Keep all five; the exception's own text is the message and the help."""
        super().__init__(message + (f"\n  help: {help}" if help else ""))
        self.code = code
        self.message = message
        self.help = help
        self.detail = detail
        self.line = line

"""What a function prints, line by line as it comes."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

OnLine = Callable[[str, bool], None]
"""Told of each line, without its end, and whether it was printed as an error."""

_LONGEST = 8192


class Lines(io.TextIOBase):
    """A stream that tells of lines; one without an end is told of in parts."""

    def __init__(self, on_line: OnLine, *, is_error: bool) -> None:
        """Nothing is kept but the line that is not whole yet."""
        super().__init__()
        self._on_line = on_line
        self._is_error = is_error
        self._rest = ""

    def writable(self) -> bool:
        """True."""
        return True

    def write(self, text: str) -> int:
        """Take a text; returns its length."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            # A carriage return starts the line anew, as progress bars do.
            self._on_line(line.rstrip("\r").rpartition("\r")[2], self._is_error)
        while len(self._rest) > _LONGEST:
            self._on_line(self._rest[:_LONGEST], self._is_error)
            self._rest = self._rest[_LONGEST:]
        return len(text)

    def finish(self) -> None:
        """Tell of a last line that has no end."""
        if self._rest:
            self._on_line(self._rest.rpartition("\r")[2], self._is_error)
            self._rest = ""


class Routed(io.TextIOBase):
    """One stream for all functions of a process, which leads to the one that is called.

    What a function leaves behind with it, as a handler of `logging`, writes for the next function
    then, and not for one that has ended. Outside of functions it is the real stderr.
    """

    encoding = "utf-8"

    def __init__(self) -> None:
        """Nothing is led to yet."""
        super().__init__()
        self._to: io.TextIOBase | None = None

    @contextmanager
    def to(self, stream: io.TextIOBase) -> Iterator[None]:
        """While it lasts, lead to `stream`."""
        before, self._to = self._to, stream
        try:
            yield
        finally:
            self._to = before

    def writable(self) -> bool:
        """True."""
        return True

    def write(self, text: str) -> int:
        """Take a text; returns its length."""
        return (self._to or sys.__stderr__ or io.StringIO()).write(text)

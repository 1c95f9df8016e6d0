"""How long a function may run."""

from __future__ import annotations

from seeknal.runtime.python.call import Call
from seeknal.runtime.python.errors import PythonFailed

_UNITS = ((3600, "hour"), (60, "minute"), (1, "second"))


class TimeUp(BaseException):
    """Raised inside a function at its limit, where no `except Exception` catches it."""


def too_long(call: Call) -> PythonFailed:
    """The failure of a call that was stopped at its time limit."""
    return PythonFailed(
        "node-timeout",
        f"`{call.function}` ran longer than its `timeout` of {in_words(call.timeout)}",
        "make the function faster, or give its node a longer `timeout`",
    )


def in_words(seconds: float) -> str:
    """A length of time in its largest whole unit.

    >>> in_words(1800), in_words(90), in_words(1), in_words(0.5)
    ('30 minutes', '90 seconds', '1 second', '0.5 seconds')
    """
    for size, unit in _UNITS:
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds:g} seconds"

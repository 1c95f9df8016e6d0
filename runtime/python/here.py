"""A function in this process: its prints are passed on, and its time is limited."""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from types import FrameType
from typing import TYPE_CHECKING

from seeknal.runtime.python.call import Call
from seeknal.runtime.python.errors import PythonFailed
from seeknal.runtime.python.invoke import invoke
from seeknal.runtime.python.prints import Lines, OnLine

if TYPE_CHECKING:
    import pyarrow as pa


class _TimeUp(BaseException):
    """Raised inside the function, where no `except Exception` catches it."""


def run_here(call: Call, on_line: OnLine) -> pa.Table | None:
    """What the function returns. Raises PythonFailed, also where it takes longer than it may.

    The limit is a signal, which wakes what waits; in another than the main thread it is an
    exception that the thread meets when it next runs Python.
    """
    real_out, real_err = sys.stdout, sys.stderr

    def shown(text: str, is_error: bool) -> None:
        # Who is told prints, too.
        with redirect_stdout(real_out), redirect_stderr(real_err):
            on_line(text, is_error)

    out, err = Lines(shown, is_error=False), Lines(shown, is_error=True)
    try:
        with redirect_stdout(out), redirect_stderr(err), _limited(call.timeout):
            return invoke(call)
    except _TimeUp:
        raise timed_out(call) from None
    finally:
        out.finish()
        err.finish()


def timed_out(call: Call) -> PythonFailed:
    """The error of a function that took too long."""
    return PythonFailed(
        "node-timeout",
        f"the function took longer than {spelt(call.timeout)}",
        'give it more time, as timeout="2h", or less to do',
    )


def spelt(seconds: float) -> str:
    """A length of time as specs write it.

    >>> spelt(1800.0), spelt(0.5)
    ('30m', '0.5s')
    """
    for unit, length in (("h", 3600), ("m", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:g}{unit}"
    return f"{seconds:g}s"


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        with _limited_thread(seconds):
            yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise _TimeUp

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _limited_thread(seconds: float) -> Iterator[None]:
    own = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    timer = threading.Timer(seconds, raise_in, (own, ctypes.py_object(_TimeUp)))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()

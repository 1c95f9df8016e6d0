"""A function in this process: its prints are passed on, and its time is limited."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from types import FrameType
from typing import TYPE_CHECKING

from seeknal.runtime.python.call import Call
from seeknal.runtime.python.invoke import invoke
from seeknal.runtime.python.limits import TimeUp, too_long
from seeknal.runtime.python.prints import Lines, OnLine, Routed
from seeknal.runtime.python.variables import call_variables

if TYPE_CHECKING:
    import pyarrow as pa


# A function may catch what is raised at its limit; then it is raised again.
_AGAIN_SECONDS = 3.0

_OUT, _ERR = Routed(), Routed()


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
        with (
            _OUT.to(out),
            _ERR.to(err),
            redirect_stdout(_OUT),
            redirect_stderr(_ERR),
            _variables(call),
            # As in a process apart, relative paths are those of the project.
            chdir(call.root),
            _limited(call.timeout),
        ):
            return invoke(call)
    except TimeUp:
        raise too_long(call) from None
    finally:
        out.finish()
        err.finish()


@contextmanager
def _variables(call: Call) -> Iterator[None]:
    """The variables of the environment that a function finds, and those from before after it."""
    given = call_variables(call)
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        with _limited_thread(seconds):
            yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _limited_thread(seconds: float) -> Iterator[None]:
    own = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    timer = threading.Timer(seconds, raise_in, (own, ctypes.py_object(TimeUp)))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()

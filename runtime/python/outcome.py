"""Where a function runs: in this process where it has what the file asks for, else apart."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal.runtime.python.call import Call
from seeknal.runtime.python.environment import lacking
from seeknal.runtime.python.prints import OnLine

if TYPE_CHECKING:
    import pyarrow as pa


def outcome(call: Call, on_line: OnLine, scratch: Path) -> pa.Table | None:
    """What the function returns; None where it returns nothing. Raises PythonFailed.

    `scratch` is a folder for files that go to another process and back; it is removed before.
    """
    _check_libraries()
    reason = lacking(call)
    if reason is None:
        from seeknal.runtime.python.here import run_here

        return run_here(call, on_line)
    from seeknal.runtime.python.frames import read_arrow
    from seeknal.runtime.python.isolated import run_isolated

    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    path = run_isolated(call, reason, on_line, scratch)
    return read_arrow(path) if path is not None else None


def _check_libraries() -> None:
    """Raise PythonFailed where the running environment cannot take a frame."""
    from importlib.util import find_spec

    from seeknal.runtime.python.errors import PythonFailed

    if find_spec("pyarrow") is None:
        raise PythonFailed(
            "missing-library",
            "nodes in Python need pyarrow, which is not installed",
            'install what they need: pip install "seeknal[python]"',
        )

"""Calling a function: what it may do wrong becomes an error that starts at the user's file."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from seeknal.runtime.frame_errors import FrameError
from seeknal.runtime.python.call import Call
from seeknal.runtime.python.context import PipelineContext
from seeknal.runtime.python.errors import PythonFailed
from seeknal.runtime.python.limits import TimeUp
from seeknal.runtime.python.load import load_function, project_modules

if TYPE_CHECKING:
    import pyarrow as pa


def invoke(call: Call) -> pa.Table | None:
    """What the function returns, as an Arrow table; None where it returns nothing.

    Raises PythonFailed for what the function raises or returns wrongly.
    """
    with project_modules(call):
        ctx = PipelineContext(call)
        try:
            value = _called(call, ctx)
            found = _table(call, value)
            if ctx.has_changed_state:
                ctx.state.hold()
            return found
        finally:
            ctx.close()


def _called(call: Call, ctx: PipelineContext) -> Any:
    try:
        return _with_context(load_function(call), ctx)
    except PythonFailed as failed:
        if failed.detail or not failed.line:
            failed.line = failed.line or _line(failed.__traceback__, call.file)
        raise
    except SystemExit as error:
        code = 0 if error.code is None else error.code
        raise PythonFailed(
            "node-exited",
            f"the function left the program, by sys.exit({code!r})",
            "return the frame, or raise an error",
            line=_line(error.__traceback__, call.file),
        ) from error
    except FrameError as error:
        # It has a code and a way out of its own.
        raised = _raised(error, call)
        raise PythonFailed(
            error.code, error.message, error.help or "", raised.detail, raised.line
        ) from error
    except (KeyboardInterrupt, TimeUp):
        raise
    except BaseException as error:
        raise _raised(error, call) from error


def _with_context(function: Callable[..., Any], ctx: PipelineContext) -> Any:
    """Call with the context where the function takes one."""
    parameters = inspect.signature(function).parameters.values()
    takes = any(
        p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.VAR_POSITIONAL) for p in parameters
    )
    return function(ctx) if takes else function()


def _table(call: Call, value: Any) -> pa.Table | None:
    if not call.output:
        return None
    if value is None:
        raise PythonFailed(
            "no-output",
            "the function returned nothing",
            "return a frame; a node that only writes files says `output=False`",
        )
    from seeknal.runtime.python.frames import to_arrow

    try:
        return to_arrow(value)
    except PythonFailed:
        raise
    except Exception as error:
        # Relations and lazy frames are computed here. There is no line of the file to show.
        raise _computed(error) from error


def _computed(error: Exception) -> PythonFailed:
    import duckdb

    if isinstance(error, duckdb.Error):
        from seeknal.runtime.duckdb_errors import engine_error

        found = engine_error(error)
        # The help for other errors is about nodes in SQL.
        help = found.help if found.code in ("integer-overflow", "out-of-memory") else ""
        return PythonFailed(found.code, found.message, help or "", found.detail)
    return PythonFailed("node-raised", f"{type(error).__name__}: {_said(error)[0]}")


def _raised(error: BaseException, call: Call) -> PythonFailed:
    name = type(error).__name__
    first, more = _said(error)
    shown = traceback.TracebackException(
        type(error), error, _from_file(error.__traceback__, call), compact=True
    )
    help = ""
    if isinstance(error, ModuleNotFoundError) and error.name:
        top = error.name.partition(".")[0]
        help = f"install `{top}`, or add it to the `# /// script` block at the top of the file"
    return PythonFailed(
        "node-raised",
        f"{name}: {first}" + (" …" if more else ""),
        help,
        "".join(shown.format()),
        _line(error.__traceback__, call.file),
    )


def _said(error: BaseException) -> tuple[str, str]:
    """The first line of an error's message, and the rest."""
    try:
        message = str(error).strip()
    except Exception:
        message = "with a message that cannot be shown"
    first, _, more = (message or "without a message").partition("\n")
    return first, more


def _from_file(found: TracebackType | None, call: Call) -> TracebackType | None:
    """The traceback from the first frame of the project on."""
    start = found
    while start is not None and not _is_users(start, call):
        start = start.tb_next
    return start or found


def _is_users(frame: TracebackType, call: Call) -> bool:
    path = Path(frame.tb_frame.f_code.co_filename)
    return path == call.file or (
        path.is_relative_to(call.root) and "site-packages" not in path.parts
    )


def _line(found: TracebackType | None, file: Path) -> int:
    """The last line of the user's file in a traceback; 0 where it is not in it."""
    line = 0
    while found is not None:
        if found.tb_frame.f_code.co_filename == str(file):
            line = found.tb_lineno
        found = found.tb_next
    return line

"""A user's module: imported anew for each call, with the project's own modules beside it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from seeknal.runtime.python.call import Call
from seeknal.runtime.python.errors import PythonFailed

_PREFIX = "seeknal_user_"


@contextmanager
def project_modules(call: Call) -> Iterator[None]:
    """While it lasts, modules beside the file and in the project's root can be imported.

    Afterwards those that came from the project are forgotten: the next call reads them as they
    are then.
    """
    folders = [str(call.file.parent), str(call.root)]
    sys.path[:0] = folders
    known = set(sys.modules)
    try:
        yield
    finally:
        for folder in folders:
            if folder in sys.path:
                sys.path.remove(folder)
        for name in set(sys.modules) - known:
            if _is_below(sys.modules.get(name), call.root):
                del sys.modules[name]


def load_function(call: Call) -> Callable[..., Any]:
    """The function of a call. Raises what the module raises, or PythonFailed without one."""
    name = _PREFIX + call.file.stem
    spec = importlib.util.spec_from_file_location(name, call.file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Classes of the module are looked up here, as by dataclasses and pickle.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    function = getattr(module, call.function, None)
    if not callable(function):
        raise PythonFailed(
            "unknown-function",
            f"`{call.file.name}` has no function `{call.function}` once it has run",
            "do not give the name to something else in the module",
        )
    found: Callable[..., Any] = function
    return found


def _is_below(module: ModuleType | None, root: Path) -> bool:
    file = getattr(module, "__file__", None)
    if not file:
        return False
    path = Path(file)
    installed = {"site-packages", "dist-packages"} & set(path.parts)
    return path.is_relative_to(root) and not installed

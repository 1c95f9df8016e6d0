"""A user's module: imported anew for each call, with the project's own modules beside it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
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
    finder = _AsWritten(call.root, folders)
    sys.path[:0] = folders
    sys.meta_path.insert(0, finder)
    known = set(sys.modules)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for folder in folders:
            if folder in sys.path:
                sys.path.remove(folder)
        for name in set(sys.modules) - known:
            if _is_below(sys.modules.get(name), call.root):
                del sys.modules[name]


def load_function(call: Call) -> Callable[..., Any]:
    """The function of a call. Raises what the module raises, or PythonFailed without one."""
    name = _PREFIX + call.file.stem
    loader = _Source(name, str(call.file))
    spec = importlib.util.spec_from_file_location(name, call.file, loader=loader)
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


class _Source(SourceFileLoader):
    """Compiles a module from its text, and keeps no bytecode of it.

    Bytecode counts as current by the second and the size: a change within one would not be seen.
    """

    def get_code(self, fullname: str) -> CodeType:
        """The code of the file as it is now."""
        path = self.get_filename(fullname)
        code: CodeType = self.source_to_code(self.get_data(path), path)
        return code


class _AsWritten:
    """Finds the project's own modules, which are read as they are now."""

    def __init__(self, root: Path, folders: Sequence[str]) -> None:
        self.root = root
        self.folders = folders

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module, where it is a file of the project; the usual finders have the others."""
        for folder in self.folders if path is None else path:
            if _is_of(Path(folder), self.root):
                found = FileFinder(folder, (_Source, SOURCE_SUFFIXES)).find_spec(name)
                if found is not None and found.loader is not None:
                    return found
        return None


def _is_of(path: Path, root: Path) -> bool:
    """True for what lies in the project and is not installed there."""
    return path.is_relative_to(root) and not {"site-packages", "dist-packages"} & set(path.parts)


def _is_below(module: ModuleType | None, root: Path) -> bool:
    file = getattr(module, "__file__", None)
    if not file:
        return False
    return _is_of(Path(file), root)

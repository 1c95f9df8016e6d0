"""Which compiler this is: what it remembers of a project is of no use to another one."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import seeknal

_USED = ("sqlglot", "duckdb")
"""What decides the text of SQL and the types of columns, besides the code of this package."""


@cache
def toolchain() -> str:
    """A digest of the files of this package by their stamps, and of the packages beside it.

    A version would do for a release, but not for a checkout in which somebody is at work.
    """
    found: list[object] = [seeknal.__version__, *sorted(_stamps(Path(seeknal.__file__).parent))]
    for name in _USED:
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            found.append((spec.origin, os.stat(spec.origin).st_mtime_ns))
            installed = os.listdir(Path(spec.origin).parents[1])
            found.append(sorted(entry for entry in installed if entry.endswith(".dist-info")))
    return hashlib.sha256(repr(found).encode()).hexdigest()


def _stamps(folder: Path) -> list[tuple[str, int]]:
    """Paths and modification times. In a checkout `compiler` and the others are links."""
    found = []
    pending = [str(folder)]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.name == "__pycache__":
                    continue
                if entry.is_dir():
                    pending.append(entry.path)
                else:
                    found.append((entry.path, entry.stat().st_mtime_ns))
    return found

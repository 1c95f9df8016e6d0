"""Frozen dataclasses in a file of `target/.cache`, for the next command to read.

The format is pickle, read so that it can make nothing but records of this package and plain
values: a file that somebody else has put there calls no function.
"""

from __future__ import annotations

import pickle
from dataclasses import is_dataclass
from enum import Enum
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from seeknal.runtime.files import replacing

T = TypeVar("T")

_VALUES = {
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("decimal", "Decimal"),
    ("pathlib", "PosixPath"),
    ("pathlib._local", "PosixPath"),
}
"""Classes of plain values, besides those that pickle knows itself."""


class _Records(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type:
        """The class of a record or a value. Raises UnpicklingError for anything else."""
        if (module, name) in _VALUES or module.startswith("seeknal."):
            found = getattr(import_module(module), name, None)
            if (module, name) in _VALUES or is_dataclass(found) or _is_enum(found):
                assert isinstance(found, type)
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no record")


def _is_enum(found: object) -> bool:
    return isinstance(found, type) and issubclass(found, Enum)


def save_record(path: Path, record: object) -> None:
    """Write a record in one step."""
    with replacing(path) as temporary:
        temporary.write_bytes(pickle.dumps(record, pickle.HIGHEST_PROTOCOL))


def load_record(path: Path, kind: type[T]) -> T | None:
    """The record at `path`; None where there is none, or none that can be read."""
    try:
        found = _Records(BytesIO(path.read_bytes())).load()
    except OSError:
        return None
    except Exception:
        # A damaged pickle may raise anything; what it was for is made again.
        return None
    return found if isinstance(found, kind) else None

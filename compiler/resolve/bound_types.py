"""Types of user SQL that DuckDB's binder gave before: the same SQL over the same columns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from seeknal import __version__
from seeknal.compiler.model import Relation
from seeknal.compiler.project_files import replace_text
from seeknal.compiler.resolve.binder import BindError, bind, column_type
from seeknal.compiler.types import Column

_FILE = "target/.cache/types.json"

Described = list[list[str]]


class BoundTypes:
    """Asks the binder once for each query. Loading DuckDB takes longer than compiling a node."""

    def __init__(self, path: Path, remembered: dict[str, Described]) -> None:
        self._path = path
        self._remembered = remembered
        self._used: dict[str, Described] = {}

    @classmethod
    def load(cls, root: Path) -> BoundTypes:
        """What was remembered of the project at `root`, by this DuckDB; else nothing."""
        path = root / _FILE
        try:
            data = json.loads(path.read_text("utf-8"))
            known = data["types"] if data["binder"] == _binder() else {}
        except (OSError, ValueError, KeyError, TypeError):
            known = {}
        return cls(path, known)

    def bind(self, sql: str, relations: Sequence[Relation]) -> tuple[Column, ...] | BindError:
        """The columns that `sql` returns where `relations` exist, or why it does not bind."""
        key = _key(sql, relations)
        described = self._remembered.get(key)
        if described is None:
            bound = bind(sql, relations)
            if isinstance(bound, BindError):
                return bound
            described = [[name, type_] for name, type_ in bound]
        self._used[key] = described
        return tuple(Column(name, column_type(type_)) for name, type_ in described)

    def save(self, *, whole: bool) -> None:
        """Keep what was used; after a compilation of the whole project nothing else."""
        kept = self._used if whole else {**self._remembered, **self._used}
        if kept == self._remembered:
            return
        replace_text(self._path, json.dumps({"binder": _binder(), "types": kept}))


def _key(sql: str, relations: Sequence[Relation]) -> str:
    over = [[r.name, [[c.name, str(c.type)] for c in r.columns]] for r in relations]
    return hashlib.sha256(json.dumps([sql, over]).encode()).hexdigest()[:32]


def _binder() -> list[object]:
    """Which DuckDB is installed, found without loading it."""
    found = find_spec("duckdb")
    assert found is not None and found.origin is not None
    return [__version__, found.origin, Path(found.origin).stat().st_mtime_ns]

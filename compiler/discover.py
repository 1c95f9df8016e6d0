"""Columns of sources that declare no `schema:`: read from the file, kept in `seeknal.lock`.

The lock is committed, so a machine without the data compiles the same SQL. Where the file is
here its own columns win and the lock follows.
"""

from __future__ import annotations

import json
from dataclasses import field
from pathlib import Path
from typing import Any

from seeknal.compiler.records import dataclass

LOCK_FILE = "seeknal.lock"
_CACHE_FILE = "target/.cache/discovered.json"
_NOTE = "columns of the sources that declare no schema; written by seeknal, meant to be committed"


class Unreadable(Exception):
    """DuckDB cannot read a file; the text says why."""


@dataclass(slots=True)
class Discovery:
    """Discovered columns by source id, as DuckDB names their types."""

    root: Path
    locked: dict[str, list[list[str]]] = field(default_factory=dict)
    cached: dict[str, list[list[str]]] = field(default_factory=dict)
    used: dict[str, list[list[str]]] = field(default_factory=dict)

    @classmethod
    def load(cls, root: Path) -> Discovery:
        """Read the lock and the cache of the project at `root`."""
        locked = _read(root / LOCK_FILE).get("sources", {})
        return cls(root, locked, _read(root / _CACHE_FILE))

    def columns(self, source_id: str, path: str, call: str) -> list[list[str]] | None:
        """The source's (name, DuckDB type) pairs from its file, else from the lock, else None.

        `call` is the DuckDB call that reads the file. Raises `Unreadable` where it fails.
        """
        found = self.of_file(path, call)
        if found is None:
            found = self.locked.get(source_id)
        if found is None:
            return None
        self.used[source_id] = found
        return found

    def of_file(self, path: str, call: str) -> list[list[str]] | None:
        """The (name, DuckDB type) pairs of the file as `call` reads it; None where it is not here.

        Raises `Unreadable` where DuckDB cannot read it.
        """
        files = self._files(path)
        if not files:
            return None
        stamp = [(f.as_posix(), f.stat().st_mtime_ns, f.stat().st_size) for f in files]
        key = json.dumps([call, stamp])
        if key not in self.cached:
            self.cached[key] = _describe(self.root, path, call)
        return self.cached[key]

    def _files(self, path: str) -> list[Path]:
        if "://" in path:
            return []
        if any(mark in path for mark in "*?["):
            return sorted(self.root.glob(path))
        file = self.root / path
        return [file] if file.is_file() else []

    def save(self) -> bool:
        """Write lock and cache where they changed; True where the lock did."""
        cache = self.root / _CACHE_FILE
        if self.cached and _read(cache) != self.cached:
            _write(cache, json.dumps(self.cached))
        if self.used == self.locked or (not self.used and not self.locked):
            return False
        lines = json.dumps({"note": _NOTE, "sources": dict(sorted(self.used.items()))}, indent=1)
        _write(self.root / LOCK_FILE, lines + "\n")
        return True


def _describe(root: Path, path: str, call: str) -> list[list[str]]:
    import duckdb

    absolute = str(root / path).replace("'", "''")
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        quoted = "'" + path.replace("'", "''") + "'"
        sql = f"DESCRIBE SELECT * FROM {call.replace(quoted, chr(39) + absolute + chr(39), 1)}"
        try:
            rows = connection.execute(sql).fetchall()
        except duckdb.Error as error:
            raise Unreadable(str(error).splitlines()[0]) from error
        return [[str(row[0]), str(row[1])] for row in rows]


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return data if isinstance(data, dict) else {}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(text, "utf-8")
    temporary.replace(path)

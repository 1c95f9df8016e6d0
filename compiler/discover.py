"""Columns that no spec declares: of files and of what functions return, kept in `seeknal.lock`.

The lock is committed, so a machine without the data compiles the same SQL. Where the file is
here its own columns win and the lock follows. What a function returns is known once it has run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seeknal.compiler.project_files import data_stamps, replace_text
from seeknal.compiler.records import dataclass

if TYPE_CHECKING:
    import duckdb

LOCK_FILE = "seeknal.lock"
_CACHE_FILE = "target/.cache/discovered.json"
_NOTE = "columns of what declares no schema; written by seeknal, meant to be committed"


class Unreadable(Exception):
    """DuckDB cannot read a file; the text says why."""


@dataclass(slots=True)
class Discovery:
    """Discovered columns by node id, as DuckDB names their types.

    `locked` and `used` are of sources, `functions` of what the functions of nodes returned.
    `read` are the stamps of the files that were read, by path or glob, from before they were.
    """

    root: Path
    locked: dict[str, list[list[str]]] = field(default_factory=dict)
    cached: dict[str, list[list[str]]] = field(default_factory=dict)
    used: dict[str, list[list[str]]] = field(default_factory=dict)
    functions: dict[str, list[list[str]]] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    read: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, root: Path) -> Discovery:
        """Read the lock and the cache of the project at `root`."""
        lock = _read(root / LOCK_FILE)
        functions = lock.get("functions", {})
        return cls(
            root, lock.get("sources", {}), _read(root / _CACHE_FILE), functions=dict(functions)
        )

    def returned(self, node_id: str) -> list[list[str]] | None:
        """The (name, DuckDB type) pairs that a node's function returned when it last ran."""
        self.called.add(node_id)
        return self.functions.get(node_id)

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
        if path not in self.read:
            self.read |= data_stamps(self.root, [path])
        if not self.read[path]:
            return None
        key = json.dumps([call, self.read[path]])
        if key not in self.cached:
            self.cached[key] = _describe(self.root, path, call)
        return self.cached[key]

    def save(self) -> bool:
        """Write lock and cache where they changed; True where the lock did."""
        cache = self.root / _CACHE_FILE
        if self.cached and _read(cache) != self.cached:
            replace_text(cache, json.dumps(self.cached))
        functions = {id: found for id, found in self.functions.items() if id in self.called}
        if self.used == self.locked and functions == self.functions:
            return False
        _write_lock(self.root, self.used, functions)
        return True


def learn(root: Path, node_id: str, columns: Sequence[tuple[str, str]]) -> bool:
    """Keep what a node's function returned, as (name, DuckDB type); True where it is news."""
    lock = _read(root / LOCK_FILE)
    functions = dict(lock.get("functions", {}))
    found = [list(column) for column in columns]
    if functions.get(node_id) == found:
        return False
    _write_lock(root, lock.get("sources", {}), {**functions, node_id: found})
    return True


def _write_lock(root: Path, sources: Mapping[str, object], functions: Mapping[str, object]) -> None:
    content: dict[str, object] = {"note": _NOTE, "sources": dict(sorted(sources.items()))}
    if functions:
        content["functions"] = dict(sorted(functions.items()))
    replace_text(root / LOCK_FILE, json.dumps(content, indent=1) + "\n")


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": 1})
    # A process may outlive what a file holds.
    connection.execute("SET enable_external_file_cache = false")
    return connection


def _describe(root: Path, path: str, call: str) -> list[list[str]]:
    import duckdb

    absolute = str(root / path).replace("'", "''")
    quoted = "'" + path.replace("'", "''") + "'"
    sql = f"DESCRIBE SELECT * FROM {call.replace(quoted, chr(39) + absolute + chr(39), 1)}"
    try:
        rows = _connection().execute(sql).fetchall()
    except duckdb.Error as error:
        raise Unreadable(str(error).splitlines()[0]) from error
    return [[str(row[0]), str(row[1])] for row in rows]


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return data if isinstance(data, dict) else {}

"""What is known to be right since an earlier compilation, so that one node compiles alone.

`seeknal compile NODE` must still fail for an error anywhere. The files that a whole, successful
compilation read are remembered by their stamps; where only files of NODE and its upstream have
changed since, and their columns have not, nothing else needs to be read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal.compiler.project_files import (
    Stamp,
    data_stamps,
    file_stamps,
    project_stamps,
    replace_text,
)
from seeknal.compiler.records import dataclass
from seeknal.compiler.toolchain import toolchain

if TYPE_CHECKING:
    from seeknal.compiler.types import Column

_FILE = "target/.cache/checked.json"
_FORMAT = 6


@dataclass(frozen=True, slots=True)
class Checked:
    """The stamps of the files of a project without errors, and a digest of each node's columns.

    `ids` has the node of each spec.
    `read` are the nodes that others read: only their columns concern anybody else.
    `key` covers all that is not a file of the project: this compiler, parameters, the run's date.
    `data` are the stamps of the files whose columns were read, by path or glob, `code` those of
    files of Python and of the lock, `environ` digests of the environment's variables that specs
    name.
    """

    key: str
    stamps: Mapping[str, Stamp]
    ids: Mapping[str, str]
    outputs: Mapping[str, str]
    read: frozenset[str]
    data: Mapping[str, str]
    code: Mapping[str, str]
    environ: Mapping[str, str]

    @property
    def digest(self) -> str:
        """A digest of all of it."""
        parts = [self.key, self.stamps, self.outputs, sorted(self.read), self.data, self.code]
        parts.append(self.environ)
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def changed(self, stamps: Mapping[str, Stamp]) -> frozenset[str] | None:
        """The files that changed; None where one came or went, which may concern any node."""
        if stamps.keys() != self.stamps.keys():
            return None
        return frozenset(file for file, stamp in stamps.items() if stamp != self.stamps[file])


def key_of(root: Path, run_date: date, overrides: Mapping[str, object]) -> str:
    """A digest of what besides files decides what the project at `root` compiles to.

    The folder is among it, because specs may ask for it (`workspace_path`).
    """
    parts = [_FORMAT, toolchain(), str(root), run_date, overrides]
    # In the order that values have: where a spec writes a mapping out, it counts.
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def environ_digests(names: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    """A digest of each variable's value; that of an absent one is an empty text."""
    return {name: short_digest(environ[name]) if name in environ else "" for name in sorted(names)}


def short_digest(text: str) -> str:
    """The first half of the SHA-256 of `text`, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def columns_digest(columns: Iterable[Column]) -> str:
    """A digest of what downstream sees of a node."""
    return short_digest(json.dumps([[column.name, str(column.type)] for column in columns]))


def unchanged(root: Path, key: str, environ: Mapping[str, str]) -> str | None:
    """The digest of the last successful compilation, where nothing it read has changed since."""
    known = load(root)
    if known is None or known.key != key or project_stamps(root) != known.stamps:
        return None
    if data_stamps(root, known.data) != known.data or file_stamps(root, known.code) != known.code:
        return None
    if environ_digests(known.environ, environ) != known.environ:
        return None
    return known.digest


def load(root: Path) -> Checked | None:
    """What the last successful compilation left; None where it left nothing readable."""
    try:
        data = json.loads((root / _FILE).read_text("utf-8"))
        return Checked(
            key=str(data["key"]),
            stamps=_stamps(data["stamps"]),
            ids=dict(data["ids"]),
            outputs=dict(data["outputs"]),
            read=frozenset(data["read"]),
            data=dict(data["data"]),
            code=dict(data["code"]),
            environ=dict(data["environ"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def save(root: Path, checked: Checked) -> None:
    """Remember a compilation without errors."""
    path = root / _FILE
    data = {
        "key": checked.key,
        "stamps": checked.stamps,
        "ids": checked.ids,
        "outputs": checked.outputs,
        "read": sorted(checked.read),
        "data": checked.data,
        "code": checked.code,
        "environ": checked.environ,
    }
    replace_text(path, json.dumps(data))


def _stamps(found: Mapping[str, list[int]]) -> dict[str, Stamp]:
    return {file: (int(at), int(size)) for file, (at, size) in found.items()}

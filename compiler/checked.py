"""What is known to be right since an earlier compilation, so that one node compiles alone.

`seeknal compile NODE` must still fail for an error anywhere. The files that a whole, successful
compilation read are remembered by their stamps; where only files of NODE and its upstream have
changed since, and their columns have not, nothing else needs to be read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from seeknal import __version__
from seeknal.compiler.types import Column

_FILE = "target/.cache/checked.json"
_FORMAT = 1

Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Checked:
    """The stamps of the files of a project without errors, and a digest of each node's columns.

    `key` covers all that is not a file of the project: version, parameters, the run's date.
    """

    key: str
    stamps: Mapping[str, Stamp]
    outputs: Mapping[str, str]

    def changed(self, stamps: Mapping[str, Stamp]) -> frozenset[str] | None:
        """The files that changed; None where one came or went, which may concern any node."""
        if stamps.keys() != self.stamps.keys():
            return None
        return frozenset(file for file, stamp in stamps.items() if stamp != self.stamps[file])


def key_of(parts: Iterable[object]) -> str:
    """A digest of what besides files decides whether a project is right."""
    text = json.dumps([_FORMAT, __version__, *parts], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def columns_digest(columns: Iterable[Column]) -> str:
    """A digest of what downstream sees of a node."""
    text = json.dumps([[column.name, str(column.type)] for column in columns])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def stamps_of(root: Path, files: Iterable[Path]) -> dict[str, Stamp]:
    """Modification time in nanoseconds and size in bytes of each file."""
    found = {}
    for file in files:
        status = file.stat()
        found[file.relative_to(root).as_posix()] = (status.st_mtime_ns, status.st_size)
    return found


def load(root: Path) -> Checked | None:
    """What the last successful compilation left; None where it left nothing readable."""
    try:
        data = json.loads((root / _FILE).read_text("utf-8"))
        stamps = {file: (int(at), int(size)) for file, (at, size) in data["stamps"].items()}
        return Checked(str(data["key"]), stamps, dict(data["outputs"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def save(root: Path, checked: Checked) -> None:
    """Remember a compilation without errors."""
    path = root / _FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {"key": checked.key, "stamps": checked.stamps, "outputs": checked.outputs}
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(json.dumps(data), "utf-8")
    temporary.replace(path)

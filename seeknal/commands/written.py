"""What `compile` wrote last, so that nothing is done where nothing has changed.

Only the standard library is imported here: an unchanged project of hundreds of nodes is told from
the stamps of its files alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seeknal.compiler import checked
from seeknal.compiler.options import Options
from seeknal.compiler.project_files import replace_text
from seeknal.compiler.records import dataclass


@dataclass(frozen=True, slots=True)
class Written:
    """How many files a compilation wrote, left alone and removed."""

    changed: int
    unchanged: int
    removed: int


@dataclass(frozen=True, slots=True)
class LastCompiled:
    """The files of the last whole compilation, all of them as they were written.

    `without` is how many nodes have no SQL.
    """

    folder: Path
    nodes: tuple[str, ...]
    files: tuple[str, ...]
    findings: Sequence[Mapping[str, Any]]
    without: int = 0

    def text_of(self, word: str) -> str | None:
        """The SQL of the node that `word` names; None where it is not one node's id or name."""
        found = [id for id in self.nodes if id == word]
        found = found or [id for id in self.nodes if id.partition(".")[2] == word]
        if len(found) != 1:
            return None
        return (self.folder / f"{found[0]}.sql").read_text("utf-8")


def last_compiled(root: Path, asked: Options, folder: Path) -> LastCompiled | None:
    """What was compiled, where nothing that it came from or wrote has changed since."""
    key = checked.key_of(root, asked.run_date, asked.overrides)
    digest = checked.unchanged(root, key, os.environ)
    if digest is None:
        return None
    try:
        data = json.loads(_path(root, asked.dialect).read_text("utf-8"))
        if data["checked"] != digest or _stamps(folder, data["files"]) != data["files"]:
            return None
        nodes, files = tuple(data["nodes"]), tuple(data["files"])
        return LastCompiled(folder, nodes, files, data["findings"], int(data["without"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(
    root: Path,
    asked: Options,
    folder: Path,
    nodes: Sequence[str],
    findings: Sequence[Mapping[str, object]],
    without: int,
) -> None:
    """Note what a whole compilation wrote into `folder`; `without` nodes have no SQL."""
    known = checked.load(root)
    if known is None:
        return
    files = sorted(path.name for path in folder.iterdir() if path.suffix in (".sql", ".txt"))
    data = {
        "checked": known.digest,
        "nodes": list(nodes),
        "files": _stamps(folder, files),
        "findings": list(findings),
        "without": without,
    }
    replace_text(_path(root, asked.dialect), json.dumps(data))


def _path(root: Path, dialect: str) -> Path:
    return root / f"target/.cache/compiled-{dialect}.json"


def _stamps(folder: Path, names: Sequence[str] | Mapping[str, object]) -> dict[str, list[int]]:
    found = {}
    for name in names:
        status = os.stat(folder / name)
        found[name] = [status.st_mtime_ns, status.st_size]
    return found

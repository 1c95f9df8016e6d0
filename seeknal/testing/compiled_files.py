"""The files that stand for a compiled node below `target/compiled/<dialect>/`."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from seeknal.compiler.artifact import Artifact
from seeknal.compiler.layout import comment
from seeknal.compiler.types import Column

SQL = ".sql"
ASSERTIONS = ".assert.sql"
COLUMNS = ".columns.txt"
PARTS = (ASSERTIONS, COLUMNS, SQL)
"""What the names of the files end in, longest first where one ends another."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*$")


def files_of(artifact: Artifact) -> dict[str, str]:
    """The texts of a node's files by their names: SQL, columns, and assertions where it has any."""
    files = {
        f"{artifact.id}{SQL}": artifact.sql.rstrip("\n") + "\n",
        f"{artifact.id}{COLUMNS}": columns_text(artifact),
    }
    if artifact.assertions:
        files[f"{artifact.id}{ASSERTIONS}"] = assertion_text(artifact)
    return files


def assertion_text(artifact: Artifact) -> str:
    """The assertions of a node as one file: each says what a returned row means."""
    header = (
        f"/* assertions of {artifact.id} | {artifact.file} | {artifact.dialect} | "
        "a row returned breaks the promise */\n"
    )
    return header + "".join(
        f"\n{comment(f'{assertion.code}: {assertion.message}')}\n{assertion.sql.rstrip()}\n;\n"
        for assertion in artifact.assertions
    )


def columns_text(artifact: Artifact) -> str:
    """The columns of a node in order, one a line: name, type."""
    header = f"# columns of {artifact.id} | {artifact.file} | {artifact.dialect}\n"
    return header + "".join(f"{_column_line(column)}\n" for column in artifact.columns)


def read_columns(text: str) -> dict[str, str]:
    """The types by name that `columns_text` wrote; lines that say neither are passed over."""
    found: dict[str, str] = {}
    for line in text.splitlines()[1:]:
        if line.startswith('"'):
            name, end = json.JSONDecoder().raw_decode(line)
            found[str(name)] = line[end:].strip()
        elif " " in line:
            name, _, type = line.partition(" ")
            found[name] = type.strip()
    return found


def node_of(filename: str) -> str | None:
    """The id of the node that a file of this name stands for; None where it stands for none."""
    for part in PARTS:
        if filename.endswith(part):
            return filename.removesuffix(part)
    return None


def is_ours(path: Path) -> bool:
    """True where a file begins with the header that the compiler writes for its name."""
    id = node_of(path.name)
    if id is None:
        return False
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            first = file.readline()
    except OSError:
        return False
    heads = (f"/* {id} |", f"/* assertions of {id} |", f"# columns of {id} |")
    return first.startswith(heads)


def all_files(artifacts: Iterable[Artifact]) -> Mapping[str, str]:
    """The texts of the files of all nodes by their names."""
    return {name: text for artifact in artifacts for name, text in files_of(artifact).items()}


def ours_in(folder: Path, *, but: Container[str] = ()) -> list[Path]:
    """The files of `folder` that the compiler wrote, by name; those named in `but` left out."""
    if not folder.is_dir():
        return []
    names = sorted(name for name in os.listdir(folder) if name not in but)
    return [path for name in names if is_ours(path := folder / name)]


def _column_line(column: Column) -> str:
    plain = _PLAIN.match(column.name)
    name = column.name if plain else json.dumps(column.name, ensure_ascii=False)
    return f"{name} {column.type}"

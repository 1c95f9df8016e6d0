"""Compiled nodes beside the files of a folder: what differs, node by node, and how much it means.

The folder is what was committed: `target/compiled/<dialect>/` or another that was written by
`seeknal compile`. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from seeknal.compiler.artifact import Artifact
from seeknal.testing.compiled_files import (
    ASSERTIONS,
    COLUMNS,
    PARTS,
    SQL,
    files_of,
    node_of,
    ours_in,
    read_columns,
)
from seeknal.testing.tree_diff import Change, Unreadable, changes


class Status(StrEnum):
    """How a node differs from its files, from the least to the most."""

    SAME = "same"
    FORMATTING = "formatting"
    MEANING = "meaning"
    COLUMNS = "columns"
    NEW = "new"
    GONE = "gone"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class NodeDiff:
    """A node and its files. `files` are the names of those that differ, `file` is its spec's.

    `changes` say what differs in SQL and assertions, `columns` what differs in the columns.
    `reason` says why a file cannot be read, `line` from which line on.
    """

    id: str
    dialect: str
    status: Status
    file: str = ""
    files: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    columns: tuple[Change, ...] = ()
    reason: str = ""
    line: int = 1


def compare_folder(
    artifacts: Mapping[str, Artifact], folder: Path, dialect: str, printer: str, *, whole: bool
) -> list[NodeDiff]:
    """Each node of `artifacts` beside its files in `folder`; with `whole`, also nodes now gone.

    `printer` is sqlglot's name for the dialect.
    """
    found = [compare_node(artifact, folder, printer) for artifact in artifacts.values()]
    if whole:
        found += _gone(artifacts.keys(), folder, dialect)
    return found


def compare_node(artifact: Artifact, folder: Path, printer: str) -> NodeDiff:
    """One node beside its files."""
    wanted = files_of(artifact)
    for part in (SQL, ASSERTIONS, COLUMNS):
        wanted.setdefault(f"{artifact.id}{part}", "")
    present: dict[str, str] = {}
    for name in wanted:
        try:
            present[name] = (folder / name).read_bytes().decode("utf-8")
        except FileNotFoundError:
            present[name] = ""
        except (OSError, UnicodeDecodeError) as error:
            return _diff(artifact, Status.UNREADABLE, (name,), reason=_why(error))
    return compare_texts(artifact, wanted, present, printer)


def compare_texts(
    artifact: Artifact, wanted: Mapping[str, str], present: Mapping[str, str], printer: str
) -> NodeDiff:
    """A node whose files should hold `wanted` and hold `present`; an absent file holds ""."""
    differing = tuple(name for name, text in wanted.items() if not _same(present[name], text))
    sql = f"{artifact.id}{SQL}"
    if not differing:
        return _diff(artifact, Status.SAME)
    if not present[sql]:
        return _diff(artifact, Status.NEW, differing)
    try:
        found = changes(present[sql], wanted[sql], printer) if sql in differing else []
    except Unreadable as error:
        try:
            changes(wanted[sql], wanted[sql], printer)
        except Unreadable:
            found = [Change("the statement", "its text", present[sql], wanted[sql])]
        else:
            unread = _diff(artifact, Status.UNREADABLE, (sql,), reason=str(error))
            return replace(unread, line=error.line)
    name = f"{artifact.id}{ASSERTIONS}"
    found += list(_assertions(present[name], wanted[name], printer)) if name in differing else []
    name = f"{artifact.id}{COLUMNS}"
    columns = list(_columns(present[name], wanted[name])) if name in differing else []
    status = Status.COLUMNS if columns else Status.MEANING if found else Status.FORMATTING
    return _diff(artifact, status, differing, tuple(found), tuple(columns))


def _same(before: str, after: str) -> bool:
    """Equality of two texts; a checkout may have turned the ends of lines."""
    return before == after or before.replace("\r\n", "\n") == after


def _diff(
    artifact: Artifact,
    status: Status,
    files: tuple[str, ...] = (),
    found: tuple[Change, ...] = (),
    columns: tuple[Change, ...] = (),
    reason: str = "",
) -> NodeDiff:
    return NodeDiff(
        artifact.id, artifact.dialect, status, artifact.file, files, found, columns, reason
    )


def _gone(present: Collection[str], folder: Path, dialect: str) -> Iterator[NodeDiff]:
    files: dict[str, list[str]] = {}
    known = {f"{id}{part}" for id in present for part in PARTS}
    for path in ours_in(folder, but=known):
        if (id := node_of(path.name)) is not None:
            files.setdefault(id, []).append(path.name)
    for id, names in files.items():
        yield NodeDiff(id, dialect, Status.GONE, files=tuple(names))


def _assertions(before: str, after: str, printer: str) -> Iterator[Change]:
    """What differs in two files of assertions: an assertion is known by its message."""
    old, new = _statements(before), _statements(after)
    for message in dict.fromkeys([*old, *new]):
        was, now = old.get(message), new.get(message)
        if was is None or now is None:
            yield Change("assertions", f"`{message}`", was, now)
            continue
        try:
            differing = changes(was, now, printer)
        except Unreadable:
            differing = [Change("", "", was, now)] if was != now else []
        for change in differing:
            code = message.partition(":")[0]
            scope = ", ".join(part for part in (f"assertion `{code}`", change.scope) if part)
            yield Change(scope, change.what, change.before, change.after)


def _statements(text: str) -> dict[str, str]:
    """The statements of a file of assertions by their messages."""
    found: dict[str, str] = {}
    for block in text.replace("\r\n", "\n").split("\n;\n"):
        lines = [line for line in block.splitlines() if line.strip()]
        while len(lines) > 1 and lines[0].startswith("/*") and lines[1].startswith("/*"):
            del lines[0]
        if len(lines) > 1:
            found[lines[0].removeprefix("/*").removesuffix("*/").strip()] = "\n".join(lines[1:])
    return found


def _columns(before: str, after: str) -> Iterator[Change]:
    old, new = read_columns(before), read_columns(after)
    if not before:
        yield Change("columns", "the list of columns", None, ", ".join(new))
        return
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield Change("columns", f"`{name}`", old.get(name), new.get(name))
    if old.keys() == new.keys() and list(old) != list(new):
        yield Change("columns", "their order", ", ".join(old), ", ".join(new))


def _why(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 text: byte {error.start} is 0x{error.object[error.start]:02x}"
    return f"it cannot be read: {error.strerror}"

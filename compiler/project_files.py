"""Where the files of a project are. Nothing heavy is imported: every command looks here first."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

SPECS = "seeknal"
COMMON = "seeknal/common"
PROJECT_FILE = "seeknal_project.yml"
MACROS = "macros"
_GLOB = frozenset("*?[")

Stamp = tuple[int, int]
"""Modification time in nanoseconds and size in bytes."""


def project_stamps(root: Path) -> dict[str, Stamp]:
    """The stamp of every file that compiling the project depends on, in sorted order."""
    files = [file for file in files_below(root, SPECS) if file.endswith((".yml", ".yaml", ".py"))]
    files += files_below(root, MACROS)
    if (root / PROJECT_FILE).is_file():
        files.append(PROJECT_FILE)
    return stamps_of(root, sorted(files))


def stamps_of(root: Path, files: Iterable[str]) -> dict[str, Stamp]:
    """The stamp of each file, a path below `root`. Raises FileNotFoundError."""
    found = {}
    for file in files:
        status = os.stat(os.path.join(root, file))
        found[file] = (status.st_mtime_ns, status.st_size)
    return found


def is_remote(pattern: str) -> bool:
    """True for a URL: the file system cannot say whether it is there or has changed."""
    return "://" in pattern


def data_files(root: Path, pattern: str) -> tuple[Path, ...]:
    """The local files that a source's path or glob means, in the order of their names."""
    if is_remote(pattern):
        return ()
    path = root / pattern
    if not _GLOB & set(pattern):
        return (path,) if path.exists() else ()
    anchor = Path(path.anchor)
    return tuple(sorted(anchor.glob(path.relative_to(anchor).as_posix())))


def data_stamps(root: Path, patterns: Iterable[str]) -> dict[str, str]:
    """A line for each file that a path or glob means: name, time and size; "" where none is there.

    What is remote has no stamp.
    """
    found = {}
    for pattern in patterns:
        lines = []
        for file in data_files(root, pattern):
            status = os.stat(file)
            lines.append(f"{os.path.relpath(file, root)} {status.st_mtime_ns} {status.st_size}")
        found[pattern] = "\n".join(lines)
    return found


def files_below(root: Path, folder: str) -> Iterator[str]:
    """The files below `folder`, relative to `root` with forward slashes; hidden ones left out."""
    pending = [folder]
    while pending:
        inside = pending.pop()
        try:
            with os.scandir(root / inside) as entries:
                for entry in entries:
                    path = f"{inside}/{entry.name}"
                    if entry.name.startswith(".") or entry.name == "__pycache__":
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(path)
                    elif entry.is_file():
                        yield path
        except FileNotFoundError:
            continue

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
    # Where a folder is a link, what is below it is read by its path.
    specs = files_below(root, SPECS, links=True)
    files = [file for file in specs if file.endswith((".yml", ".yaml", ".py"))]
    files += files_below(root, MACROS, links=True)
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
    found = anchor.glob(path.relative_to(anchor).as_posix())
    # Not links to nothing, such as editors leave.
    return tuple(sorted(file for file in found if file.exists()))


def data_stamps(root: Path, patterns: Iterable[str]) -> dict[str, str]:
    """A line for each file that a path or glob means: name, time and size; "" where none is there.

    What is remote has no stamp.
    """
    return {
        pattern: "\n".join(
            f"{os.path.relpath(file, root)} {_stamp(file)}" for file in data_files(root, pattern)
        )
        for pattern in patterns
    }


def file_stamps(root: Path, files: Iterable[str]) -> dict[str, str]:
    """Time and size of each file, a path below `root`; "" where it is not there."""
    return {file: _stamp(os.path.join(root, file)) for file in files}


def _stamp(file: str | Path) -> str:
    try:
        status = os.stat(file)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    return f"{status.st_mtime_ns} {status.st_size}"


def replace_text(path: Path, text: str) -> None:
    """Write a file in one step, also where another process writes the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text, "utf-8")
    temporary.replace(path)


def files_below(root: Path, folder: str, *, links: bool = False) -> Iterator[str]:
    """The files below `folder`, relative to `root` with forward slashes; hidden ones left out.

    With `links` also those below links to folders, each folder once.
    """
    linked = {os.path.realpath(root / folder)}
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
                    elif links and entry.is_dir():
                        target = os.path.realpath(entry.path)
                        pending += [path] if target not in linked else []
                        linked.add(target)
                    elif entry.is_file():
                        yield path
        except FileNotFoundError:
            continue

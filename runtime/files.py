"""Files that are whole or absent: temporary names, renames, stamps of what was read."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from seeknal.compiler.records import dataclass

_TEMPORARY_SUFFIX = ".seeknal-tmp"
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What a file was when it was read: size in bytes, modification time in ns, SHA-256.

    `path` is relative to the project root with forward slashes where the file lies below it.
    """

    path: str
    size: int
    mtime_ns: int
    sha256: str


def temporary_name(path: Path) -> Path:
    """A hidden name in the folder of `path`, so that a rename to `path` is atomic."""
    return path.with_name(f".{path.name}.{os.getpid()}{_TEMPORARY_SUFFIX}")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary name that becomes `path` when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_name(path)
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> bool:
    """Write `text` to `path` in one step; leave an equal file alone. True where it was written."""
    data = text.encode()
    with suppress(FileNotFoundError):
        if path.read_bytes() == data:
            return False
    with replacing(path) as temporary:
        temporary.write_bytes(data)
    return True


def write_json(path: Path, value: object) -> bool:
    """Write `value` as indented JSON in one step; True where the file changed."""
    return write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def publish_copy(original: Path, copy: Path) -> None:
    """Make `copy` the same file as `original`: a hard link, or a copy where links are refused."""
    status = original.stat()
    with suppress(FileNotFoundError):
        there = copy.stat()
        if (there.st_size, there.st_mtime_ns) == (status.st_size, status.st_mtime_ns):
            return
    with replacing(copy) as temporary:
        try:
            os.link(original, temporary)
        except OSError:
            shutil.copy2(original, temporary)


def remove_leftovers(target: Path, written: Iterable[Path]) -> None:
    """Delete the temporary files that an interrupted run left in `target` and below `written`."""
    pattern = f".*{_TEMPORARY_SUFFIX}"
    found = [*target.glob(pattern)]
    for folder in written:
        found.extend(folder.rglob(pattern))
    for path in found:
        path.unlink(missing_ok=True)


def stamp(path: Path, root: Path, known: FileStamp | None = None) -> FileStamp:
    """The stamp of the file at `path`.

    The content is read only where `known` does not already answer for this size and time.
    Raises FileNotFoundError.
    """
    status = path.stat()
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    if known and (known.path, known.size, known.mtime_ns) == (
        name,
        status.st_size,
        status.st_mtime_ns,
    ):
        return known
    return FileStamp(name, status.st_size, status.st_mtime_ns, _sha256(path))


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()

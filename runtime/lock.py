"""One run at a time: two runs that publish into one `target/` would mix their results."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seeknal.compiler.findings import CompileFailed, Finding


@contextmanager
def run_lock(path: Path, run_id: str) -> Iterator[None]:
    """Hold the lock file while the block runs.

    The operating system frees the lock when the process ends, however it ends. Raises
    `CompileFailed` with `error[run-in-progress]` where another process holds it.
    """
    import fcntl

    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip()
            raise CompileFailed([_held(path, holder)]) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"run {run_id}, process {os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _held(path: Path, holder: str) -> Finding:
    who = f" ({holder})" if holder else ""
    return Finding(
        "run-in-progress",
        f"another run of this project is in progress{who}",
        help=f"wait until it ends, or stop that process; the lock is {path}",
    )

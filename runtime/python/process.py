"""A process whose lines are handed on as they come, ended with all that it started."""

from __future__ import annotations

import codecs
import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from seeknal.runtime.python.prints import OnLine

_CHUNK_BYTES = 1 << 16
_LONGEST_LINE = 1 << 16
_TAIL_LINES = 40
_TAIL_CHARACTERS = 2_000
_TICK_SECONDS = 0.1
_GRACE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended.

    `status` is its exit status, negative for a signal. `began` is True where the marker came.
    `timed_out` is True where it was stopped at its limit. `before` are the last lines of stderr
    before the marker, `tail` the last after it.
    """

    status: int
    began: bool
    timed_out: bool
    before: tuple[str, ...]
    tail: tuple[str, ...]


def run_process(
    command: Sequence[str],
    *,
    folder: Path,
    variables: Mapping[str, str],
    marker: str,
    timeout: float,
    on_line: OnLine,
) -> Ended:
    """Run `command` in `folder` until it ends, or for `timeout` seconds after its marker.

    The marker is a line of stderr: what comes before it is not handed to `on_line`, and the time
    before it does not count. Lines of more than 64 KiB come in pieces; no more than that and the
    last lines of stderr is kept. Whatever ends this, an exception included, no process of the
    group is left: a process that made itself a session of its own is out of reach.
    """
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
    )
    try:
        return _follow(process, marker, timeout, on_line)
    except BaseException:
        _stop(process)
        raise
    finally:
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()


def _follow(
    process: subprocess.Popen[bytes], marker: str, timeout: float, on_line: OnLine
) -> Ended:
    before: deque[str] = deque(maxlen=_TAIL_LINES)
    tail: deque[str] = deque(maxlen=_TAIL_LINES)
    deadline: float | None = None
    timed_out = False

    def take(text: str, is_stderr: bool) -> None:
        nonlocal deadline
        if is_stderr and deadline is None:
            if text == marker:
                deadline = time.monotonic() + timeout
            else:
                before.append(text[:_TAIL_CHARACTERS])
            return
        if is_stderr:
            tail.append(text[:_TAIL_CHARACTERS])
        on_line(text, is_stderr)

    pipes = {
        pipe: _Lines(pipe, is_stderr)
        for pipe, is_stderr in ((process.stdout, False), (process.stderr, True))
        if pipe is not None
    }
    ends_at: float | None = None
    with selectors.DefaultSelector() as selector:
        for pipe, lines in pipes.items():
            selector.register(pipe, selectors.EVENT_READ, lines)
        while selector.get_map() and (ends_at is None or time.monotonic() < ends_at):
            for key, _ in selector.select(_TICK_SECONDS):
                if not key.data.read(take):
                    selector.unregister(key.fileobj)
            if ends_at is None:
                late = deadline is not None and time.monotonic() >= deadline
                ended = process.poll() is not None
                if late or ended:
                    timed_out = late and not ended
                    # What an ended process left running may hold the pipes open for ever.
                    _stop(process)
                    ends_at = time.monotonic() + _GRACE_SECONDS
    for lines in pipes.values():
        lines.close(take)
    if ends_at is None:
        # It closed its pipes and goes on.
        try:
            process.wait(None if deadline is None else max(deadline - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            timed_out = True
        _stop(process)
    return Ended(process.wait(), deadline is not None, timed_out, tuple(before), tuple(tail))


class _Lines:
    """The lines of one pipe, cut as they come."""

    def __init__(self, pipe: IO[bytes], is_stderr: bool) -> None:
        self.pipe = pipe
        self.is_stderr = is_stderr
        self.held = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def read(self, take: OnLine) -> bool:
        """Hand on what has come; False at the end of the pipe."""
        data = os.read(self.pipe.fileno(), _CHUNK_BYTES)
        if not data:
            return False
        *whole, self.held = (self.held + self.decoder.decode(data)).split("\n")
        for line in whole:
            take(line.removesuffix("\r"), self.is_stderr)
        while len(self.held) > _LONGEST_LINE:
            piece, self.held = self.held[:_LONGEST_LINE], self.held[_LONGEST_LINE:]
            take(piece, self.is_stderr)
        return True

    def close(self, take: OnLine) -> None:
        """Hand on the line that has no end."""
        rest, self.held = self.held + self.decoder.decode(b"", final=True), ""
        if rest:
            take(rest.removesuffix("\r"), self.is_stderr)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the whole group: gently at first, so that uv removes what it made for the run."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_SECONDS)

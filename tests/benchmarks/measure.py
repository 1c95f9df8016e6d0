"""Whole processes against each other: wall time, CPU time, peak memory, medians, a table.

Contenders take turns, so a machine that is busy for a while slows all of them.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from string import Template
from threading import Timer

CORES = 2
NOT_INSTALLED = "not installed"
SHOWN_OF_OUTPUT = 4_000
CHILDREN = Path(__file__).parent / "children"


def nothing() -> None:
    """Prepare nothing."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One process: seconds by the clock, seconds of CPU, and peak resident memory in MB.

    `stopped`: it reached its limit, so the numbers are those until then.
    """

    seconds: float
    cpu: float
    peak_mb: float
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Contender:
    """A command. `prepare` runs before each turn and is not measured.

    A process that takes longer than `limit` seconds is stopped and has no more turns.
    """

    name: str
    command: Sequence[object]
    folder: Path
    prepare: Callable[[], None] = nothing
    environment: dict[str, str] = field(default_factory=dict)
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """The samples of a contender, in the order of its turns."""

    samples: tuple[Sample, ...]

    @property
    def seconds(self) -> float:
        """The median by the clock."""
        return median(sample.seconds for sample in self.samples)

    @property
    def fastest(self) -> float:
        """The least by the clock: what remains when the machine does nothing else."""
        return min(sample.seconds for sample in self.samples)

    @property
    def cpu(self) -> float:
        """The least CPU seconds, user and system: waiting for other processes is not in it."""
        return min(sample.cpu for sample in self.samples)

    @property
    def peak_mb(self) -> float:
        """The median of peak memory."""
        return median(sample.peak_mb for sample in self.samples)

    @property
    def stopped(self) -> bool:
        """True where a process reached its limit."""
        return any(sample.stopped for sample in self.samples)


def run_once(contender: Contender) -> Sample:
    """Run the command to its end or limit. Raises SystemExit with its output where it fails.

    The kernel counts memory from this process on (a child starts with the peak of its parent), so
    a benchmark imports nothing heavy itself.
    """
    contender.prepare()
    environment = {**os.environ, **contender.environment}
    # As for most users: modules are compiled once, by the turn that does not count.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile() as output:
        begun = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in contender.command],
            cwd=contender.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        stopper = Timer(contender.limit or 0, process.kill)
        if contender.limit is not None:
            stopper.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        stopper.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        stopped = contender.limit is not None and seconds >= contender.limit
        if process.returncode and not stopped:
            output.seek(0)
            said = output.read().decode(errors="replace")[-SHOWN_OF_OUTPUT:]
            raise SystemExit(f"{contender.name}: exit code {process.returncode}\n{said}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Sample(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, stopped)


def race(contenders: Sequence[Contender], rounds: int) -> dict[str, Measured]:
    """Every contender once a round, `rounds` times, after one turn each that does not count.

    One that reached its limit is left out from then on, and that turn counts.
    """
    samples: dict[str, list[Sample]] = {contender.name: [] for contender in contenders}
    stopped: set[str] = set()
    for turn in range(rounds + 1):
        for position, contender in enumerate(contenders, start=1):
            if contender.name in stopped:
                continue
            _progress(f"round {turn} of {rounds}, {position}/{len(contenders)}: {contender.name}")
            sample = run_once(contender)
            if turn or sample.stopped:
                samples[contender.name].append(sample)
            if sample.stopped:
                stopped.add(contender.name)
    _progress("")
    return {name: Measured(tuple(taken)) for name, taken in samples.items()}


def use_two_cores() -> None:
    """Keep this process and all it starts on two cores, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A Markdown table; columns after the first two are aligned right."""
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    rules = ["-" * (width - 1) + ("-" if i < 2 else ":") for i, width in enumerate(widths)]
    for row in [heads, rules, *rows]:
        cells = [
            cell.ljust(width) if i < 2 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("| " + " | ".join(cells) + " |")


COMPARED = ("seconds", "ratio", "least", "ratio", "CPU s", "ratio", "peak MB")


def compared(taken: Measured, peer: Measured) -> list[str]:
    """The cells under `COMPARED`: a contender's numbers, and their ratios to those of a peer."""
    least = "> " if taken.stopped else ""
    cells = []
    for own, other in (
        (taken.seconds, peer.seconds),
        (taken.fastest, peer.fastest),
        (taken.cpu, peer.cpu),
    ):
        cells += [f"{least}{own:.2f}", f"{least}{own / other:.2f}"]
    return [*cells, f"{taken.peak_mb:.0f}"]


def print_machine(packages: Sequence[str]) -> None:
    """Versions, cores and load, so that numbers can be judged later."""
    from importlib.metadata import version

    versions = [f"{name} {version(name)}" for name in packages]
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"Python {platform.python_version()}, {', '.join(versions)}; {cores} cores{load}\n")


def seeknal_command() -> Path:
    """The `seeknal` of the environment that runs the benchmark. Raises SystemExit without one."""
    command = Path(sys.executable).parent / "seeknal"
    if not command.exists():
        raise SystemExit(f"there is no seeknal beside {sys.executable}")
    return command


def make_data(file: Path, script: Path, texts: dict[str, str]) -> Path:
    """Write `file` by a script of one statement, unless it is there; returns it."""
    if not file.exists():
        unfinished = file.with_suffix(".part")
        texts = texts | {"file": str(unfinished)}
        run_once(sql_script(file.with_suffix(".made.sql"), f"make {file.name}", script, texts))
        unfinished.rename(file)
    return file


def sql_script(file: Path, name: str, template: Path, texts: dict[str, str]) -> Contender:
    """The statements of `template`, its `$names` filled in, written to `file` and run by DuckDB."""
    file.write_text(Template(template.read_text()).substitute(texts))
    return Contender(name, [sys.executable, CHILDREN / "run_sql.py", file], file.parent)


def write_project_over(folder: Path, project: Path, files: dict[str, Path]) -> Path:
    """A fresh copy of `project` at `folder`, with links to the data files by name."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("*.sql"))
    for name, file in files.items():
        (folder / f"{name}.parquet").symlink_to(file)
    return folder


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

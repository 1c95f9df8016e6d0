"""Compile 500 views of 15,000 aggregates: seeknal, dbt, SQLMesh, and sqlglot by itself.

python tests/benchmarks/compile_scale.py --peers PYTHON_BIN_DIR
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from measure import (
    CHILDREN,
    NOT_INSTALLED,
    Contender,
    Measured,
    nothing,
    print_machine,
    print_table,
    race,
    run_once,
    seeknal_command,
    use_two_cores,
)
from scale_peers import read_compiled, write_dbt, write_sqlmesh
from scale_project import AGGREGATES, Scale, write_project

TOOLS = ("seeknal", "dbt", "sqlmesh", "sqlglot")
QUIET = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "False", "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "1"}

START = "start"
COLD = "whole project, cold"
UNCHANGED = "whole project, nothing changed"
ONE_EDITED = "whole project, one view edited"
VIEW_COLD = "one view, cold"
VIEW_UNCHANGED = "one view, nothing changed"
VIEW_EDITED = "one view, its condition edited"
VIEW_RENAMED = "one view, its columns edited"

BARE = "python -c pass"
HELP = "seeknal --help"
GOALS = {
    COLD: "4.00",
    UNCHANGED: "0.50",
    VIEW_UNCHANGED: "0.30",
    VIEW_EDITED: "0.30",
    VIEW_RENAMED: "0.30",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: what is measured, with which tool, and how (None: not installed)."""

    what: str
    tool: str
    contender: Contender | None

    @property
    def title(self) -> str:
        """The name that no other line has."""
        return f"{self.what}: {self.tool}"


def main() -> None:
    """Write the projects, run the lines in turn, print the table."""
    options = arguments()
    use_two_cores()
    print_machine(["seeknal", "sqlglot"])
    scratch = nullcontext(options.data) if options.data else tempfile.TemporaryDirectory()
    with scratch as folder:
        root = Path(folder).resolve()
        lines = prepare(root, options)
        contenders = [line.contender for line in lines if line.contender is not None]
        measured = race(contenders, options.rounds)
    show(lines, measured)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", type=Path, help="the bin folder with dbt and sqlmesh")
    parser.add_argument("--data", type=Path, help="keep projects here (default: temporary)")
    parser.add_argument("--views", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tools", default=",".join(TOOLS), help="a comma list of %(default)s")
    return parser.parse_args()


def prepare(root: Path, options: argparse.Namespace) -> list[Line]:
    """All projects on disk, the peers' models from the compiled text, and the lines over them."""
    tools = options.tools.split(",")
    peers = options.peers.resolve() if options.peers else None
    home = root / "seeknal"
    for name in TOOLS:
        shutil.rmtree(root / name, ignore_errors=True)
    scale = write_project(home, options.views)
    run_once(Contender("compile once", [seeknal_command(), "compile"], home))
    compiled = read_compiled(home / "target" / "compiled" / "duckdb")
    print(
        f"{len(scale.views):,} views of {AGGREGATES} aggregates,"
        f" {sum(map(len, compiled.values())) / 1e6:.1f} MB of SQL\n"
    )
    lines: list[Line] = []
    if "seeknal" in tools:
        lines += seeknal_lines(home, scale)
    if "dbt" in tools:
        edited = write_dbt(root / "dbt", scale, compiled)
        lines += dbt_lines(root / "dbt", installed(peers, "dbt"), edited)
    if "sqlmesh" in tools:
        edited = write_sqlmesh(root / "sqlmesh", scale, compiled)
        lines += sqlmesh_lines(root / "sqlmesh", installed(peers, "sqlmesh"), edited, scale)
    if "sqlglot" in tools:
        command = [sys.executable, CHILDREN / "bare_sqlglot.py", str(options.views)]
        name = "sqlglot by itself, build and print"
        lines.append(Line(COLD, name, Contender(f"{COLD}: {name}", command, root)))
    return sorted(lines, key=lambda line: list(ORDER).index(line.what))


ORDER = (START, COLD, UNCHANGED, VIEW_UNCHANGED, VIEW_EDITED, VIEW_RENAMED, ONE_EDITED, VIEW_COLD)


def seeknal_lines(home: Path, scale: Scale) -> list[Line]:
    """Starts, then compilations; what a command leaves behind is what the next one finds."""
    seeknal = seeknal_command()

    def line(what: str, *arguments: str, prepare: Callable[[], None] = nothing) -> Line:
        name = " ".join(["seeknal", *arguments[:1], "VIEW" if len(arguments) > 1 else ""]).strip()
        command = [seeknal, *arguments]
        return Line(what, name, Contender(f"{what}: {name}", command, home, prepare))

    forget = forgetting(home / "target")
    edit = editing(scale.edited_file, r"> \d+", "> {}")
    rename = editing(scale.edited_file, r"window: \[0, \d+\]", "window: [0, {}]")
    planned = Contender("plan once", [seeknal, "plan"], home)
    bare = Contender(f"{START}: {BARE}", [sys.executable, "-c", "pass"], home)
    return [
        Line(START, BARE, bare),
        line(START, "--help"),
        line(COLD, "compile", prepare=forget),
        line(UNCHANGED, "compile"),
        # What was planned is forgotten with the project that others edit.
        line(UNCHANGED, "plan", prepare=lambda: run_once(planned)),
        line(VIEW_UNCHANGED, "compile", scale.edited),
        line(VIEW_EDITED, "compile", scale.edited, prepare=edit),
        line(VIEW_RENAMED, "compile", scale.edited, prepare=rename),
        line(ONE_EDITED, "compile", prepare=edit),
        line(VIEW_COLD, "compile", scale.edited, prepare=forget),
    ]


def dbt_lines(home: Path, dbt: Path | None, edited: Path) -> list[Line]:
    """Parse and compile, from nothing and from the partial parse of the command before."""
    forget = forgetting(home / "target")
    edit = editing(edited, r"(-- edited \d+)?\Z", "-- edited {}")
    environment = {**QUIET, "DBT_PROFILES_DIR": str(home)}

    def line(what: str, *arguments: str, prepare: Callable[[], None] = nothing) -> Line:
        name = " ".join(["dbt", arguments[0], "--select VIEW" if len(arguments) > 1 else ""])
        if dbt is None:
            return Line(what, name.strip(), None)
        command = [dbt, "--quiet", *arguments]
        title = f"{what}: {name.strip()}"
        return Line(what, name.strip(), Contender(title, command, home, prepare, environment))

    select = ("compile", "--select", edited.stem)
    return [
        line(COLD, "parse", prepare=forget),
        line(COLD, "compile", prepare=forget),
        line(UNCHANGED, "parse"),
        line(UNCHANGED, "compile"),
        line(VIEW_UNCHANGED, *select),
        line(VIEW_EDITED, *select, prepare=edit),
        line(ONE_EDITED, "compile", prepare=edit),
        line(VIEW_COLD, *select, prepare=forget),
    ]


def sqlmesh_lines(home: Path, sqlmesh: Path | None, edited: Path, scale: Scale) -> list[Line]:
    """Loads: SQLMesh has no compilation apart from them."""
    forget = forgetting(home / ".cache")
    edit = editing(edited, r"(-- edited \d+)?\Z", "-- edited {}")

    def line(what: str, prepare: Callable[[], None] = nothing) -> Line:
        name = "SQLMesh, load"
        if sqlmesh is None:
            return Line(what, name, None)
        python = sqlmesh.parent / "python"
        command = [python, CHILDREN / "load_sqlmesh.py", str(len(scale.views))]
        return Line(what, name, Contender(f"{what}: {name}", command, home, prepare, QUIET))

    return [line(COLD, forget), line(UNCHANGED), line(ONE_EDITED, edit)]


def installed(peers: Path | None, name: str) -> Path | None:
    """A peer's command, where it is there."""
    command = peers / name if peers else None
    return command if command and os.access(command, os.X_OK) else None


def forgetting(folder: Path) -> Callable[[], None]:
    """Removes what earlier commands have left in `folder`."""
    return lambda: shutil.rmtree(folder, ignore_errors=True)


def editing(file: Path, pattern: str, text: str) -> Callable[[], None]:
    """Replaces the first match of `pattern` by `text` with a number that was not there before."""
    numbers = itertools.count(100)

    def edit() -> None:
        before = file.read_text()
        number = next(numbers)
        file.write_text(re.sub(pattern, lambda _: text.format(number), before, count=1))

    return edit


def show(lines: list[Line], measured: dict[str, Measured]) -> None:
    """The table. Ratios are to the first line of seeknal under the same heading."""
    first: dict[str, float] = {}
    rows = []
    bare = measured.get(f"{START}: {BARE}")
    for line in lines:
        taken = measured.get(line.title)
        if taken is None:
            rows.append([line.what, line.tool, NOT_INSTALLED, "", "", "", "", ""])
            continue
        own = line.tool.startswith("seeknal")
        if own:
            first.setdefault(line.what, taken.seconds)
        ratio = taken.seconds / first[line.what] if line.what in first else None
        rows.append(
            [
                line.what,
                line.tool,
                f"{taken.seconds:.2f}",
                f"{ratio:.1f}" if ratio else "",
                f"{taken.fastest:.2f}",
                f"{taken.cpu:.2f}",
                f"{taken.peak_mb:.0f}",
                GOALS.get(line.what, "") if own else "",
            ]
        )
        if line.tool == HELP and bare:
            rows.append(above_bare(taken, bare))
    print_table(["what", "tool", "seconds", "ratio", "least", "CPU s", "peak MB", "goal"], rows)


def above_bare(taken: Measured, bare: Measured) -> list[str]:
    """The line of what a start costs beyond Python's own."""
    seconds, least, cpu = (
        f"{getattr(taken, name) - getattr(bare, name):.3f}"
        for name in ("seconds", "fastest", "cpu")
    )
    return [START, "above bare Python", seconds, "", least, cpu, "", "0.060"]


if __name__ == "__main__":
    main()

"""The latest row as of a million moments: `seeknal run` and compiled SQL against an ASOF join.

python tests/benchmarks/point_in_time.py --data DIR --peers BIN BIN
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from measure import (
    CHILDREN,
    COMPARED,
    NOT_INSTALLED,
    Contender,
    Measured,
    compared,
    make_data,
    print_machine,
    print_table,
    race,
    run_once,
    seeknal_command,
    sql_script,
    use_two_cores,
    write_project_over,
)

PROJECT = Path(__file__).parent / "point_in_time"
RUN_DATE = "2026-01-01"
EVENTS_A_SPINE_ROW = 10
EVENTS_A_KEY = 100
ONE_IN_TIED = 40
"""Every so many rows, one has the key and time of another: two in forty, 5 %, are tied."""
HAND = "ASOF join by hand"
COMPILED = "compiled SQL"
RUN = "seeknal run --nodes"
FIRST_RUN = "the first seeknal run"
PARTS = (0.1, 0.3, 1.0)
LIMIT = 120.0
"""Seconds for one process; one that takes longer is stopped and has no more turns."""


@dataclass(frozen=True, slots=True)
class Case:
    """Rows to look up: where they are, which training set looks them up, and the goal."""

    title: str
    source: str
    node: str
    goal: str
    tie: str = ""


UNIQUE = Case("no ties: `unique: true`", "scores", "scored", "1.1")
TIED = Case("5 % of rows tied: `tie_break`", "tied_scores", "scored_of_ties", "1.6", "version")


@dataclass(frozen=True, slots=True)
class Peer:
    """Another tool: the package to look for and the script that uses it.

    `settles`: it can be told which of the rows of one time wins.
    """

    name: str
    package: str
    script: str
    what: str
    settles: bool = False


PEERS = (
    Peer("polars", "polars", "pit_polars.py", "read, sort, `join_asof`, write", settles=True),
    Peer("pandas", "pandas", "pit_pandas.py", "read, sort, `merge_asof`, write", settles=True),
    Peer("Feast, DuckDB", "feast", "pit_feast.py", "`get_historical_features`, write"),
    Peer(
        "seeknal 2.13",
        "seeknal",
        "pit_feature_frame.py",
        "read, `FeatureFrame.pit_join`, write",
    ),
)
WHAT = {
    HAND: "read parquet, join, write parquet",
    COMPILED: "the same by the text of `seeknal compile`",
    RUN: "of an unchanged project: join, check, count, publish",
    FIRST_RUN: "with nothing known of the project: compile first",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A contender (None: not installed), where its rows go, and which result they must equal."""

    name: str
    what: str
    contender: Contender | None = None
    result: Path | None = None
    cast: bool = False


def main() -> None:
    """Make the data, run the contenders of each case in turn, compare rows, print the tables."""
    options = arguments()
    use_two_cores()
    print_machine(["seeknal", "duckdb"])
    scratch = nullcontext(options.data) if options.data else tempfile.TemporaryDirectory()
    with scratch as folder:
        root = Path(folder).resolve()
        prepare(root, options.rows)
        for case in (UNIQUE, TIED):
            lines = [*own_lines(root, options.rows, case)]
            lines += peer_lines(root, options.rows, case, options.peers)
            measured = race([line.contender for line in lines if line.contender], options.rounds)
            count = compare_rows(lines, measured, case)
            show(case, lines, measured)
            print(f"\nThe rows of {count} results agree.\n")
        if not options.no_scale:
            scale(root, options.rows, options.rounds)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="keep data here (default: a temporary folder)")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-scale", action="store_true", help="measure at full size only")
    parser.add_argument(
        "--peers", type=Path, nargs="*", default=[], help="bin folders with other tools"
    )
    return parser.parse_args()


def home(root: Path, rows: int) -> Path:
    """The folder of the data of one size."""
    return root / f"rows_{rows}"


def prepare(root: Path, rows: int) -> None:
    """Data of one size, and the project over it with its sources published."""
    folder = home(root, rows)
    folder.mkdir(parents=True, exist_ok=True)
    keys = {"keys": str(max(1, rows // EVENTS_A_KEY))}
    moments = keys | {"rows": str(rows // EVENTS_A_SPINE_ROW)}
    events = keys | {"rows": str(rows)}
    files = {
        "spine": make_data(folder / "spine.parquet", PROJECT / "spine.sql", moments),
        UNIQUE.source: make_data(
            folder / "scores.parquet", PROJECT / "events.sql", events | {"tied": "0"}
        ),
        TIED.source: make_data(
            folder / "tied_scores.parquet",
            PROJECT / "events.sql",
            events | {"tied": str(ONE_IN_TIED)},
        ),
    }
    project = write_project_over(folder / "project", PROJECT, files)
    command = [seeknal_command(), "run", "--types", "source", "--date", RUN_DATE]
    run_once(Contender("publish the sources", command, project))


def own_lines(root: Path, rows: int, case: Case) -> list[Line]:
    """The join by hand, the compiled text in the same kind of script, and the command, twice."""
    folder = home(root, rows)
    project = folder / "project"
    by_hand = folder / f"{case.node}_by_hand.parquet"
    texts = {
        "spine": str(folder / "spine.parquet"),
        "events": str(folder / f"{case.source}.parquet"),
        "result": str(by_hand),
    }
    hand = sql_script(by_hand.with_suffix(".sql"), HAND, PROJECT / "by_hand.sql", texts)
    command = [seeknal_command(), *run_arguments(case)]
    result = project / "target" / "intermediate" / f"training_set_{case.node}.parquet"

    def forget() -> None:
        shutil.rmtree(project / "target" / ".cache", ignore_errors=True)

    # Of tied rows the plain join takes any, so its rows are no measure.
    agrees = by_hand if case is UNIQUE else None
    return [
        Line(HAND, WHAT[HAND], hand, agrees),
        Line(COMPILED, WHAT[COMPILED], *compiled(folder, case)),
        Line(FIRST_RUN, WHAT[FIRST_RUN], Contender(FIRST_RUN, command, project, forget), result),
        Line(RUN, WHAT[RUN], Contender(RUN, command, project), result),
    ]


def run_arguments(case: Case) -> list[str]:
    """The command's arguments."""
    return ["run", "--nodes", f"training_set.{case.node}", "--date", RUN_DATE]


def compiled(folder: Path, case: Case) -> tuple[Contender, Path]:
    """A script of the statement that the compiler prints, over views of the same files."""
    command = [str(seeknal_command()), "compile", f"training_set.{case.node}", "--date", RUN_DATE]
    text = subprocess.run(
        command, cwd=folder / "project", check=True, capture_output=True, text=True
    ).stdout
    result = folder / f"{case.node}_compiled.parquet"
    script = result.with_suffix(".sql")
    script.write_text(
        "SET preserve_insertion_order = false;\n"
        "CREATE VIEW source_moments AS FROM read_parquet('spine.parquet');\n"
        f"CREATE VIEW source_{case.source} AS FROM read_parquet('{case.source}.parquet');\n"
        f"COPY (\n{text}\n) TO '{result}' (FORMAT parquet)\n"
    )
    return Contender(COMPILED, [sys.executable, CHILDREN / "run_sql.py", script], folder), result


def peer_lines(root: Path, rows: int, case: Case, bins: Sequence[Path]) -> list[Line]:
    """The other tools, those that can settle ties where there are some."""
    folder = home(root, rows)
    files = (folder / "spine.parquet", folder / f"{case.source}.parquet")
    lines = []
    for peer in PEERS:
        if case.tie and not peer.settles:
            continue
        python = installed(bins, peer.package)
        if python is None:
            lines.append(Line(peer.name, peer.what))
            continue
        result = folder / f"{case.node}_{peer.package}.parquet"
        tie = [case.tie] if case.tie else []
        command = [python, CHILDREN / peer.script, *files, result, *tie]
        contender = Contender(peer.name, command, folder, limit=LIMIT)
        lines.append(Line(peer.name, peer.what, contender, result, cast=True))
    return lines


def installed(bins: Sequence[Path], package: str) -> Path | None:
    """The first Python that has the package."""
    find = "import importlib.util as i, sys; sys.exit(i.find_spec(sys.argv[1]) is None)"
    for folder in bins:
        python = folder.absolute() / "python"
        # Not from here, where this project's packages are importable too.
        command = [str(python), "-c", find, package]
        if subprocess.run(command, cwd=folder, check=False).returncode == 0:
            return python
    return None


def compare_rows(lines: Sequence[Line], measured: dict[str, Measured], case: Case) -> int:
    """Stop unless every result holds the rows of the first; returns how many there are."""
    written = [
        line for line in lines if line.contender and line.result and not measured[line.name].stopped
    ]
    first, *others = written
    for line in others:
        command = [sys.executable, CHILDREN / "same_rows.py", "spine_id", first.result, line.result]
        command += ["--cast"] if line.cast else []
        name = f"{case.title}: rows of {line.name} against {first.name}"
        run_once(Contender(name, command, Path.cwd()))
    return len(written)


def show(case: Case, lines: Sequence[Line], measured: dict[str, Measured]) -> None:
    """One line a contender, each against the join by hand."""
    peer = measured[HAND]
    rows = []
    for line in lines:
        goal = case.goal if line.name in (RUN, FIRST_RUN) else ""
        if line.contender is None:
            rows.append([line.name, line.what, NOT_INSTALLED, *[""] * len(COMPARED)])
        else:
            rows.append([line.name, line.what, *compared(measured[line.name], peer), goal])
    print(f"{case.title}\n")
    print_table(["contender", "what", *COMPARED, "goal"], rows)


def scale(root: Path, full: int, rounds: int) -> None:
    """`seeknal run` and the join by hand at a tenth, three tenths and all of the rows."""
    rows = []
    for part in PARTS:
        size = round(full * part)
        prepare(root, size)
        for case in (UNIQUE, TIED):
            lines = [line for line in own_lines(root, size, case) if line.name in (HAND, RUN)]
            measured = race([line.contender for line in lines if line.contender], rounds)
            for line in lines:
                cells = compared(measured[line.name], measured[HAND])
                rows.append([f"{case.title}, {size:,} rows", line.name, *cells])
    print("1, 3 and 10 times the data\n")
    print_table(["rows", "contender", *COMPARED], rows)


if __name__ == "__main__":
    main()

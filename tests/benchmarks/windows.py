"""Four windows of four aggregations as of 200,000 moments: the chosen shape against every shape.

python tests/benchmarks/windows.py --data DIR
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from measure import (
    CHILDREN,
    COMPARED,
    Contender,
    Measured,
    compared,
    make_data,
    print_machine,
    print_table,
    race,
    run_once,
    seeknal_command,
    use_two_cores,
    write_project_over,
)

PROJECT = Path(__file__).parent / "windows"
RUN_DATE = "2026-01-01"
AUTO, RANGE_JOIN = "auto", "range_join"
SHAPES = (AUTO, RANGE_JOIN, "range_frame", "running_sum")
PARTS = (0.1, 0.3, 1.0)
MOMENTS = 200_000
GOAL_OF_AUTO = "1.2"


@dataclass(frozen=True, slots=True)
class Data:
    """Events: how many of how many keys, evenly or by Zipf's law."""

    name: str
    keys: int
    events: int
    zipf: bool = False


DATA = (
    Data("dense: 100 keys x 20,000 events", 100, 2_000_000),
    Data("wide: 20,000 keys x 250 events", 20_000, 5_000_000),
    Data("Zipf: 20,000 keys, 5,000,000 events", 20_000, 5_000_000, zipf=True),
)


def main() -> None:
    """Make the data, run the shapes in turn, compare their rows, print the tables."""
    options = arguments()
    use_two_cores()
    print_machine(["seeknal", "duckdb"])
    scratch = nullcontext(options.data) if options.data else tempfile.TemporaryDirectory()
    with scratch as folder:
        root = Path(folder).resolve()
        chosen = [data for data in DATA if data.name.split(":")[0].lower() in options.only]
        for data in chosen:
            home = prepare(root, data, options.part)
            measured = race(contenders(home, SHAPES, options.limit), options.rounds)
            count = compare_rows(home, measured)
            show(data, measured)
            print(f"\nThe rows of {count} results agree.\n")
        if not options.no_scale:
            scale(root, chosen, options)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="keep data here (default: a temporary folder)")
    parser.add_argument("--part", type=float, default=1.0, help="of the data (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=300.0, help="seconds for one process")
    parser.add_argument("--no-scale", action="store_true", help="measure at full size only")
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default="dense,wide,zipf",
        help="a comma list of %(default)s",
    )
    return parser.parse_args()


def prepare(root: Path, data: Data, part: float) -> Path:
    """A part of the data's rows, and the project over it with its sources published.

    The keys stay fewer or as many as they are: events a key stay the same.
    """
    events, moments = round(data.events * part), round(MOMENTS * part)
    keys = max(1, round(data.keys * part))
    home = root / f"{data.name.split(':')[0].lower()}_{events}"
    home.mkdir(parents=True, exist_ok=True)
    texts = {"keys": str(keys), "zipf": str(data.zipf).upper()}
    files = {
        "spine": make_data(
            home / "spine.parquet", PROJECT / "spine.sql", texts | {"rows": str(moments)}
        ),
        "events": make_data(
            home / "events.parquet", PROJECT / "events.sql", texts | {"rows": str(events)}
        ),
    }
    project = write_project_over(home / "project", PROJECT, files)
    command = [seeknal_command(), "run", "--types", "source", "--date", RUN_DATE]
    run_once(Contender("publish the sources", command, project))
    return project


def contenders(project: Path, shapes: tuple[str, ...], limit: float) -> list[Contender]:
    """The command for the training set of each shape."""
    return [
        Contender(
            shape,
            [seeknal_command(), "run", "--nodes", f"training_set.by_{shape}", "--date", RUN_DATE],
            project,
            limit=limit,
        )
        for shape in shapes
    ]


def compare_rows(project: Path, measured: dict[str, Measured]) -> int:
    """Stop unless the results of all shapes hold the same rows; returns how many there are."""
    finished = [
        project / "target" / "intermediate" / f"training_set_by_{shape}.parquet"
        for shape, taken in measured.items()
        if not taken.stopped
    ]
    for file in finished[1:]:
        command = [sys.executable, CHILDREN / "same_rows.py", "spine_id", finished[0], file]
        run_once(Contender(f"rows of {file.name} against {finished[0].name}", command, project))
    return len(finished)


def show(data: Data, measured: dict[str, Measured]) -> None:
    """One line a shape, each against the fastest that was forced."""
    best = min(
        (name for name in measured if name != AUTO),
        key=lambda name: (measured[name].stopped, measured[name].fastest),
    )
    rows = [
        [
            f"strategy: {name}",
            "chosen for the rows at hand" if name == AUTO else "best" if name == best else "",
            *compared(taken, measured[best]),
            GOAL_OF_AUTO if name == AUTO else "",
        ]
        for name, taken in measured.items()
    ]
    print(f"{data.name}\n")
    print_table(["shape", "", *COMPARED, "goal"], rows)
    join = measured[RANGE_JOIN]
    more = "more than " if join.stopped else ""
    print(f"\nrange join / auto: {more}{join.fastest / measured[AUTO].fastest:.1f}")


def scale(root: Path, chosen: list[Data], options: argparse.Namespace) -> None:
    """The chosen shape at a tenth, three tenths and all of the keys, events and moments."""
    rows = []
    for data in chosen:
        first: Measured | None = None
        for part in PARTS:
            project = prepare(root, data, options.part * part)
            measured = race(contenders(project, (AUTO,), options.limit), options.rounds)
            first = first or measured[AUTO]
            events = round(data.events * options.part * part)
            rows.append([data.name, f"{events:,} events", *compared(measured[AUTO], first)])
    print("1, 3 and 10 times the data, ratios to the first\n")
    print_table(["data", "rows", *COMPARED], rows)


if __name__ == "__main__":
    main()

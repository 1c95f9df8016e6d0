"""What `make demo` runs: fetch the data, compile and run the project, show what came out.

Then the training set and its leaky twin are split by time, and a model is scored on both.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from fetch_data import fetch
from score import HONEST, LEAKY, scores

HERE = Path(__file__).resolve().parent
OUTPUTS = HERE / "target" / "intermediate"
COMPILED = HERE / "target" / "compiled" / "duckdb"

HELP = f"""\
error: scikit-learn, which fits the model, is not installed
  = help: run `make demo`, or
          {sys.executable} -m pip install scikit-learn"""

WORST_CARRIERS = """
SELECT airline, flights_30d, arr_delay_mean_7d, arr_delay_mean_30d, arr_delay_p90_30d,
    100 * late_share_30d, late_trend, days_since_cancellation, main_destination_30d
FROM read_parquet(?)
WHERE application_date = (SELECT MAX(application_date) FROM read_parquet(?)) AND flights_30d > 0
ORDER BY arr_delay_mean_30d DESC NULLS LAST, airline
LIMIT 8
"""

# Columns that say what a row is about; every other column is a feature.
KEYS = "'carrier', 'tailnum', 'origin', 'dest', 'route', 'flight_date', 'application_date'"

# The evening of the year's last day: groups by themselves are as of then.
AS_OF = "2014-01-01"
TEST_FROM = "2013-11-01"

# Heading and format of each column.
CARRIER_COLUMNS = (
    ("airline", "{}"),
    ("flights", "{:,.0f}"),
    ("7 days", "{:.1f}"),
    ("30 days", "{:.1f}"),
    ("p90", "{:.0f}"),
    ("late", "{:.0f} %"),
    ("trend", "{:.2f}"),
    ("cancelled", "{}"),
    ("most to", "{}"),
)

CARRIER_LEGEND = """\
7 days, 30 days: mean minutes of delay on arrival; p90: a tenth of the flights was later
late: share over 30 minutes; trend: that share in the last 7 days to the 28 before
cancelled: days since the last cancellation; most to: the destination flown to most"""

SCORE_COLUMNS = (
    ("the model learned from", "{}"),
    ("and is judged on", "{}"),
    ("minutes off", "{:.1f}"),
    ("R2", "{:.2f}"),
)
SCORE_LEGEND = f"""\
{LEAKY} lacks one line, `knowledge_time: landed_at`: in it a flight counts from
its departure on, itself among them, with a delay that nobody knows before it lands. Judged on
features with the same leak its model is perfect. In use it is worse than no model at all.
`seeknal compile` warned of it, and `seeknal check leakage {LEAKY}` proves it."""

Columns = Sequence[tuple[str, str]]


def seeknal(*arguments: str) -> None:
    """Run the `seeknal` command in the example's folder; leave with its exit code if it fails."""
    print(f"$ seeknal {' '.join(arguments)}", flush=True)
    # -P keeps this folder off the module path: its folder of specs is called seeknal, too.
    command = [sys.executable, "-P", "-m", "seeknal.cli", *arguments]
    finished = subprocess.run(command, cwd=HERE, check=False)
    if finished.returncode:
        sys.exit(finished.returncode)
    print(flush=True)


def table(columns: Columns, rows: Sequence[Sequence[object]]) -> str:
    """The rows below their headings, in columns just wide enough; a NULL is a dash."""
    lines = [[heading for heading, _ in columns]]
    for row in rows:
        cells = zip(columns, row, strict=True)
        lines.append(["-" if value is None else form.format(value) for (_, form), value in cells])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    left = [form == "{}" and index < 2 for index, (_, form) in enumerate(columns)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if flush_left else cell.rjust(width)
            for cell, width, flush_left in zip(line, widths, left, strict=True)
        )
        for line in lines
    )


def show_results() -> None:
    """Print the airlines that land latest, and how many features there are of what."""
    import duckdb

    scorecard = str(OUTPUTS / "transform_carrier_scorecard.parquet")
    with duckdb.connect() as connection:
        worst = connection.execute(WORST_CARRIERS, [scorecard, scorecard]).fetchall()
        features = [
            connection.execute(
                f"SELECT COUNT(*) FROM (DESCRIBE SELECT * FROM '{file}') "
                f"WHERE column_name NOT IN ({KEYS})"
            ).fetchall()[0][0]
            for file in sorted(OUTPUTS.glob("*aggregation_*.parquet"))
        ]
    print("The airlines that landed latest in the 30 days to 31 December 2013\n")
    print(table(CARRIER_COLUMNS, worst))
    print(f"\n{CARRIER_LEGEND}\n")
    print(f"features {sum(features)} in {len(features)} tables")


def show_scores() -> None:
    """Print how a model does with and without the leak."""
    known = {HONEST: "what is known at departure", LEAKY: "features that leak"}
    rows = [
        (score.trained or "nothing: the median", known[score.tested], score.mae, score.r2)
        for score in scores()
    ]
    print("How late a flight lands, predicted at its scheduled departure, from November on\n")
    print(table(SCORE_COLUMNS, rows))
    print(f"\n{SCORE_LEGEND}\n")


def main() -> None:
    """Run the example from the data to the tables."""
    if importlib.util.find_spec("sklearn") is None:
        sys.exit(HELP)
    try:
        written = fetch()
    except FileNotFoundError as error:
        sys.exit(str(error))
    for path in written:
        print(f"unpacked {path.relative_to(HERE)}")
    seeknal("compile")
    seeknal("run", "--as-of", AS_OF)
    show_results()
    print()
    for training_set in (HONEST, LEAKY):
        seeknal("split", training_set, "--by", "scheduled_departure", "--test-from", TEST_FROM)
    show_scores()
    print(f"SQL      {os.path.relpath(COMPILED)}{os.sep}")
    print(f"parquet  {os.path.relpath(OUTPUTS)}{os.sep}")


if __name__ == "__main__":
    main()

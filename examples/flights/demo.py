"""What `make demo` runs: fetch the data, compile the project, run it, show what came out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from fetch_data import fetch

HERE = Path(__file__).resolve().parent
OUTPUTS = HERE / "target" / "intermediate"
COMPILED = HERE / "target" / "compiled" / "duckdb"

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

# Heading and format of each column of the query.
COLUMNS = (
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

LEGEND = """\
7 days, 30 days: mean minutes of delay on arrival; p90: a tenth of the flights was later
late: share over 30 minutes; trend: that share in the last 7 days to the 28 before
cancelled: days since the last cancellation; most to: the destination flown to most"""


def seeknal(*arguments: str) -> None:
    """Run the `seeknal` command in the example's folder; leave with its exit code if it fails."""
    print(f"$ seeknal {' '.join(arguments)}", flush=True)
    # -P keeps this folder off the module path: its folder of specs is called seeknal, too.
    command = [sys.executable, "-P", "-m", "seeknal.cli", *arguments]
    finished = subprocess.run(command, cwd=HERE, check=False)
    if finished.returncode:
        sys.exit(finished.returncode)
    print(flush=True)


def table(rows: list[tuple[object, ...]]) -> str:
    """The rows below their headings, in columns just wide enough; a NULL is a dash."""
    lines = [[heading for heading, _ in COLUMNS]]
    for row in rows:
        cells = zip(COLUMNS, row, strict=True)
        lines.append(["-" if value is None else form.format(value) for (_, form), value in cells])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])])
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
    print(table(worst))
    print(f"\n{LEGEND}\n")
    print(f"features {sum(features)} in {len(features)} tables")


def main() -> None:
    """Run the example from the data to the table."""
    try:
        written = fetch()
    except FileNotFoundError as error:
        sys.exit(str(error))
    for path in written:
        print(f"unpacked {path.relative_to(HERE)}")
    seeknal("compile")
    seeknal("run")
    show_results()
    print(f"SQL      {os.path.relpath(COMPILED)}{os.sep}")
    print(f"parquet  {os.path.relpath(OUTPUTS)}{os.sep}")


if __name__ == "__main__":
    main()

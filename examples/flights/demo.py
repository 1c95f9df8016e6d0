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

# Heading and format of each column of the query.
COLUMNS = (
    ("airline", "{}"),
    ("flights\n30 days", "{:,.0f}"),
    ("mean delay\n7 days", "{:.1f} min"),
    ("mean delay\n30 days", "{:.1f} min"),
    ("worst tenth\n30 days", "{:.0f} min"),
    ("late\n30 days", "{:.0f} %"),
    ("last 7 days\nto the 28 before", "x {:.2f}"),
    ("days since a\ncancellation", "{}"),
    ("flies\nmost to", "{}"),
)


def seeknal(*arguments: str) -> None:
    """Run the `seeknal` command in the example's folder; leave with its exit code if it fails."""
    print(f"$ seeknal {' '.join(arguments)}", flush=True)
    command = [sys.executable, "-m", "seeknal.cli", *arguments]
    finished = subprocess.run(command, cwd=HERE, check=False)
    if finished.returncode:
        sys.exit(finished.returncode)
    print(flush=True)


def show_results() -> None:
    """Print the latest airlines by delay, and how many features were computed for how many rows."""
    import duckdb
    from rich.console import Console
    from rich.table import Table

    scorecard = str(OUTPUTS / "transform_carrier_scorecard.parquet")
    table = Table(
        title="The airlines that landed latest in the 30 days to 31 December 2013",
        title_justify="left",
    )
    for heading, _ in COLUMNS:
        table.add_column(heading, justify="left" if heading == "airline" else "right")
    with duckdb.connect() as connection:
        for row in connection.execute(WORST_CARRIERS, [scorecard, scorecard]).fetchall():
            cells = zip(COLUMNS, row, strict=True)
            table.add_row(*("-" if v is None else form.format(v) for (_, form), v in cells))
    # Piped output has no width of its own; the table must not be cut there.
    console = Console() if sys.stdout.isatty() else Console(width=140)
    console.print(table)


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

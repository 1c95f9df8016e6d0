"""Run the statements of a SQL file in DuckDB, in memory: what a person with a script does."""

import sys
from pathlib import Path


def main() -> None:
    """Run the file named on the command line."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(Path(sys.argv[1]).read_text())


if __name__ == "__main__":
    main()

"""Fail unless two parquet files hold the same rows: doubles within 1e-9, keyed by one column.

With --cast the second file may have other types and more columns: it is another tool's.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

RELATIVE, ABSOLUTE = 1e-9, 1e-12


def main() -> None:
    """Compare the files: KEY EXPECTED ACTUAL [--cast]."""
    import duckdb

    key, expected, actual, *cast = sys.argv[1:]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        columns = described(connection, expected)
        found = described(connection, actual)
        if cast:
            found = [(name, type) for name, type in columns if name in dict(found)]
        if columns != found:
            raise SystemExit(f"columns differ\nexpected: {columns}\nactual:   {found}")
        wrong = " OR ".join(differs(name, type, cast=bool(cast)) for name, type in columns)
        counted = connection.execute(
            f"SELECT COUNT(*) FROM read_parquet($1) AS e FULL JOIN read_parquet($2) AS a "
            f'ON e."{key}" = a."{key}" WHERE {wrong}',
            [expected, actual],
        ).fetchone()
    if counted != (0,):
        raise SystemExit(f"{counted[0] if counted else 0} rows differ")


def described(connection: duckdb.DuckDBPyConnection, file: str) -> list[tuple[str, str]]:
    """Names and types of the columns of a file."""
    rows = connection.execute("DESCRIBE SELECT * FROM read_parquet($1)", [file]).fetchall()
    return [(str(row[0]), str(row[1])) for row in rows]


def differs(name: str, type: str, *, cast: bool) -> str:
    """A test for two values that do not agree."""
    expected, actual = f'e."{name}"', f'a."{name}"'
    if cast:
        actual = f"CAST({actual} AS {type})"
    different = f"{expected} IS DISTINCT FROM {actual}"
    if type != "DOUBLE":
        return different
    near = f"abs({expected} - {actual}) <= greatest({RELATIVE} * abs({expected}), {ABSOLUTE})"
    return f"({different} AND NOT coalesce({near}, FALSE))"


if __name__ == "__main__":
    main()

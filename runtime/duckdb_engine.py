"""DuckDB, embedded: the default engine."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from seeknal.runtime.duckdb_errors import engine_error
from seeknal.runtime.engine import Row

if TYPE_CHECKING:
    import duckdb

T = TypeVar("T")

_HUGEINT = re.compile(r"U?HUGEINT\b")
_KNOWN = {
    **dict.fromkeys(
        "TINYINT SMALLINT INTEGER UTINYINT USMALLINT UINTEGER UBIGINT".split(), "BIGINT"
    ),
    **dict.fromkeys(("TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), "TIMESTAMP"),
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
    "FLOAT": "DOUBLE",
}
"""The types that columns are published as, where DuckDB has narrower or other ones."""
_INTERRUPT_SECONDS = 0.1
_UTC_TIMESTAMP = "TIMESTAMP WITH TIME ZONE"


def _known(type: str) -> str:
    """The type that a column of DuckDB's `type` is published as."""
    return _KNOWN.get(type) or _HUGEINT.sub("BIGINT", type)


class DuckDBEngine:
    """A database in memory that reads and writes the project's files.

    Relative paths in SQL are relative to `root`, whatever the working directory. What does not
    fit into memory spills to `scratch`, which is removed at the end.
    """

    dialect = "duckdb"

    def __init__(self, root: Path, scratch: Path) -> None:
        """Open nothing yet: the connection lives as long as the `with` block."""
        self._root = root
        self._scratch = scratch

    def __enter__(self) -> Self:
        """Open the database, with UTC as its time zone."""
        import duckdb

        # Statements run on a thread of their own: on the main thread a running statement would
        # keep Ctrl-C waiting until it ends.
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="duckdb")
        self._connection = duckdb.connect(":memory:")
        for setting, value in (
            ("TimeZone", "UTC"),
            # A run shows its own; DuckDB takes a notebook for a terminal.
            ("enable_progress_bar", "false"),
            ("file_search_path", str(self._root)),
            ("temp_directory", str(self._scratch)),
        ):
            self._connection.execute(f"SET {setting} = {literal(value)}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the database and remove what it spilled."""
        self._worker.shutdown()
        self._connection.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def attach(self, relation: str, file: Path) -> None:
        """Make the parquet at `file` readable under the name `relation`."""
        self._run(
            lambda c: c.execute(
                f"CREATE OR REPLACE VIEW {identifier(relation)} AS "
                f"SELECT * FROM read_parquet({literal(str(file))})"
            )
        )

    def offer(self, relation: str, rows: Any) -> None:
        """Make an Arrow table readable under the name `relation`, until it is withdrawn."""
        self._run(lambda c: c.register(relation, rows))

    def withdraw(self, relation: str) -> None:
        """Forget a table that was offered."""
        self._run(lambda c: c.unregister(relation))

    def keep(self, sql: str, name: str) -> None:
        """Keep the rows of one SELECT as the table `name`, until it is dropped."""

        def create(connection: duckdb.DuckDBPyConnection) -> None:
            connection.execute("SET preserve_insertion_order = false")
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {identifier(name)} AS\n{sql}")

        self._run(create)

    def drop(self, name: str) -> None:
        """Drop a table made by `keep`."""
        self._run(lambda c: c.execute(f"DROP TABLE IF EXISTS {identifier(name)}"))

    def write(self, sql: str, file: Path, *, ordered: bool, keys: Sequence[str] = ()) -> int:
        """Write the rows of one SELECT to `file` as parquet and return how many they are.

        Numbers and times are written as the types that specs know (SEMANTICS "Values"): parquet
        has no 128-bit integers and DuckDB would write them as doubles. A value that does not fit
        int64 is `error[integer-overflow]`. With `keys` the rows are sorted.
        """
        order = "true" if ordered or keys else "false"
        sort = f"\nORDER BY {', '.join(map(identifier, keys))}" if keys else ""
        rows = self._narrowed(sql)
        if keys:
            rows = f"SELECT * FROM (\n{rows}\n)"
        statement = (
            f"COPY (\n{rows}{sort}\n) TO {literal(str(file))} (FORMAT parquet, COMPRESSION snappy)"
        )

        def copy(connection: duckdb.DuckDBPyConnection) -> int:
            connection.execute(f"SET preserve_insertion_order = {order}")
            counted = connection.execute(statement).fetchone()
            return int(counted[0]) if counted else 0

        return self._run(copy)

    def describe(self, file: Path) -> tuple[tuple[str, str], ...]:
        """The columns of a parquet file and DuckDB's names of their types."""
        return self.columns_of(f"SELECT * FROM read_parquet({literal(str(file))})")

    def rows(self, sql: str, limit: int) -> tuple[Sequence[Row], int]:
        """The first `limit` rows of a SELECT, in the order of all columns, and how many in all."""
        columns = self.columns_of(sql)
        shown = ", ".join(readable(name, type) for name, type in columns)
        count = "COUNT(*) OVER ()"

        def fetch(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
            return connection.execute(
                f"SELECT {shown}, {count} FROM (\n{sql}\n) ORDER BY ALL LIMIT {int(limit)}"
            ).fetchall()

        found = self._run(fetch)
        names = [name for name, _ in columns]
        total = int(str(found[0][-1])) if found else 0
        return [dict(zip(names, row, strict=False)) for row in found], total

    def columns_of(self, sql: str) -> tuple[tuple[str, str], ...]:
        """The columns of a SELECT and DuckDB's names of their types."""
        described = self._run(lambda c: c.execute(f"DESCRIBE\n{sql}").fetchall())
        return tuple((str(row[0]), str(row[1])) for row in described)

    def _narrowed(self, sql: str) -> str:
        changed = [
            (name, known) for name, type in self.columns_of(sql) if (known := _known(type)) != type
        ]
        if not changed:
            return sql
        casts = ", ".join(
            f"CAST({identifier(name)} AS {known}) AS {identifier(name)}" for name, known in changed
        )
        return f"SELECT * REPLACE ({casts}) FROM (\n{sql}\n)"

    def _run(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        import duckdb

        running = self._worker.submit(work, self._connection)
        try:
            return running.result()
        except duckdb.Error as error:
            raise engine_error(error) from error
        except KeyboardInterrupt:
            running.cancel()
            while not running.done():
                self._connection.interrupt()
                wait([running], timeout=_INTERRUPT_SECONDS)
            raise


def identifier(name: str) -> str:
    """A quoted name."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A quoted string."""
    return "'" + text.replace("'", "''") + "'"


def readable(name: str, type: str) -> str:
    """The expression that fetches a column into Python.

    A timestamp with time zone would need a time zone library there; its UTC value does not.
    """
    column = identifier(name)
    if type == _UTC_TIMESTAMP:
        return f"CAST({column} AS TIMESTAMP) AS {column}"
    return column

"""The database of the leakage test: in memory, by itself, the same on every run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from seeknal.runtime.duckdb_engine import DuckDBEngine, identifier


class LeakageDatabase(DuckDBEngine):
    """DuckDB in memory, on one thread: rows keep their order, so the same run gives the same."""

    def __init__(self, root: Path, scratch: Path) -> None:
        """Read files below `root`; spill to `scratch`, which is removed at the end."""
        super().__init__(root, scratch)

    def __enter__(self) -> Self:
        """Open the database."""
        super().__enter__()
        for schema in ("facts", "whole", "world", "future", "outputs"):
            self.execute(f"CREATE SCHEMA {schema}")
        self.execute("SET schema = 'world'")
        self.execute("SET threads = 1")
        self.execute("SET preserve_insertion_order = true")
        return self

    def execute(self, sql: str) -> None:
        """Run a statement. Raises EngineError."""
        self._run(lambda connection: connection.execute(sql) and None)

    def fetch(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of a SELECT."""
        return self._run(lambda connection: connection.execute(sql).fetchall())

    def columns(self, sql: str) -> dict[str, str]:
        """The columns of a SELECT and DuckDB's names of their types."""
        return dict(self.columns_of(sql))

    def table(self, schema: str, name: str, sql: str) -> None:
        """Make a table of a SELECT, in which names without a schema are those of the world."""
        self.execute(f"CREATE OR REPLACE TABLE {schema}.{identifier(name)} AS\n{sql}")


def listed(names: Sequence[str]) -> str:
    """Quoted names with commas between them."""
    return ", ".join(identifier(name) for name in names)

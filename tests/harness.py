"""Compile a project and execute it node by node on a bare connection to DuckDB.

This is not the runtime: no files are published, nothing is skipped. It holds what the compiler
promises of its text: the statements of a node's artifact, run over the relations of its inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from seeknal.compiler.artifact import Assertion
from seeknal.compiler.build import Compilation, Options, compile_project

if TYPE_CHECKING:
    import duckdb
    import psycopg

    Connection = duckdb.DuckDBPyConnection | psycopg.Connection

RUN_DATE = date(2026, 1, 31)


class PromiseBroken(Exception):
    """An assertion of a node returned rows."""

    def __init__(self, node: str, code: str, rows: Sequence[dict[str, Any]]) -> None:
        self.node, self.code, self.rows = node, code, rows
        super().__init__(f"{node}: {code}: {rows}")


@dataclass(frozen=True)
class Result:
    """The rows of a statement, under the names that the engine gave them."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def compiled(root: Path, *, dialect: str = "duckdb", inline: bool = False) -> Compilation:
    """The project at `root`, compiled."""
    return compile_project(root, Options(run_date=RUN_DATE, dialect=dialect, inline=inline))


def connect() -> duckdb.DuckDBPyConnection:
    """An empty database, in UTC."""
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def execute(connection: duckdb.DuckDBPyConnection, compilation: Compilation, node: str) -> Result:
    """The rows of `node`, after its upstream nodes; PromiseBroken where an assertion returns any.

    Relations are tables of `connection` and stay there.
    """
    _read_below(connection, compilation.root)
    for artifact in compilation.artifacts.values():
        for assertion in artifact.assertions:
            _hold(connection, artifact.id, assertion)
        connection.execute(f'CREATE OR REPLACE TABLE "{artifact.relation}" AS\n{artifact.sql}')
        if artifact.id == node:
            return query(connection, f'SELECT * FROM "{artifact.relation}"')
    raise KeyError(node)


def query(connection: Connection, sql: str) -> Result:
    """The rows of a statement."""
    found: Any = cast("Any", connection).execute(sql)
    return Result(tuple(str(column[0]) for column in found.description or ()), found.fetchall())


def _read_below(connection: duckdb.DuckDBPyConnection, root: Path) -> None:
    """Paths in SQL are relative to the project."""
    path = str(root).replace("'", "''")
    connection.execute(f"SET file_search_path = '{path}'")


def _hold(connection: Connection, node: str, assertion: Assertion) -> None:
    result = query(connection, assertion.sql)
    if result.rows:
        rows = [dict(zip(result.columns, row, strict=True)) for row in result.rows]
        raise PromiseBroken(node, assertion.code, rows)

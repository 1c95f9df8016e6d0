"""The published results of a project, read without compiling it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seeknal.runtime.duckdb_engine import identifier, literal, readable
from seeknal.runtime.paths import Target

_KINDS = (
    "second_order_aggregation",
    "training_set",
    "feature_group",
    "aggregation",
    "transform",
    "source",
    "profile",
    "model",
)


@dataclass(frozen=True, slots=True)
class Result:
    """A parquet in `target/intermediate`. `modified` is seconds since 1970."""

    id: str
    path: Path
    size: int
    modified: float


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a result, every value as text; None is NULL."""

    columns: tuple[tuple[str, str], ...]
    rows: Sequence[Sequence[str | None]]
    total: int


def results(target: Target) -> list[Result]:
    """All results, in the order of their names."""
    found = []
    for path in sorted(target.intermediate.glob("*.parquet")):
        if not path.name.startswith("."):
            status = path.stat()
            found.append(Result(_node_id(path.stem), path, status.st_size, status.st_mtime))
    return found


def done_nodes(target: Target) -> list[str]:
    """The nodes that ran last without returning rows, by id."""
    done = sorted(target.folder.glob("*/*/done.json"))
    return [f"{path.parent.parent.name}.{path.parent.name}" for path in done]


def describe_result(path: Path) -> tuple[tuple[tuple[str, str], ...], int]:
    """The columns of a result with DuckDB's names of their types, and its number of rows."""
    import duckdb

    with duckdb.connect() as connection:
        read = f"SELECT * FROM read_parquet({literal(str(path))})"
        described = connection.execute(f"DESCRIBE {read}").fetchall()
        counted = connection.execute(f"SELECT COUNT(*) FROM ({read})").fetchone()
    return tuple((str(row[0]), str(row[1])) for row in described), int(counted[0] if counted else 0)


def preview(path: Path, limit: int) -> Preview:
    """The first `limit` rows of a result, in the order of the file."""
    import duckdb

    columns, total = describe_result(path)
    shown = ", ".join(f"CAST({identifier(name)} AS VARCHAR)" for name, _ in columns)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows = connection.execute(
            f"SELECT {shown} FROM read_parquet({literal(str(path))}) LIMIT {int(limit)}"
        ).fetchall()
    return Preview(columns, rows, total)


def rows_as_json(path: Path, limit: int) -> list[object]:
    """The first `limit` rows of a result as plain data for JSON, which has no NaN: it is null."""
    import json

    import duckdb

    columns, _ = describe_result(path)
    fields = ", ".join(readable(name, type) for name, type in columns)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute(
            f"SELECT to_json(r) FROM (SELECT {fields} FROM read_parquet({literal(str(path))}) "
            f"LIMIT {int(limit)}) AS r"
        ).fetchall()
    return [json.loads(row[0], parse_constant=lambda _: None) for row in found]


def _node_id(stem: str) -> str:
    for kind in _KINDS:
        if stem.startswith(f"{kind}_"):
            return f"{kind}.{stem.removeprefix(f'{kind}_')}"
    return stem

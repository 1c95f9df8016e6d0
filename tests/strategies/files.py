"""A drawn case as files: YAML specs and parquet with exact types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from tests.naive import Table

_ARROW: dict[str, pa.DataType] = {
    "int64": pa.int64(),
    "double": pa.float64(),
    "string": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", tz="UTC"),
}


def arrow_type(type_: str) -> pa.DataType:
    """The Arrow type of a type of the oracle's tables."""
    if type_.startswith("decimal("):
        precision, scale = type_.removeprefix("decimal(").rstrip(")").split(",")
        return pa.decimal128(int(precision), int(scale))
    # Types that pass through hold NULLs alone.
    return _ARROW.get(type_, pa.null())


def arrow_table(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Rows of plain values as an Arrow table, every column nullable and of exactly its type."""
    arrays = [
        pa.array([row[i] for row in rows], arrow_type(type_))
        for i, (_, type_) in enumerate(columns)
    ]
    return pa.Table.from_arrays(arrays, names=[name for name, _ in columns])


def write_parquet(table: Table, path: Path) -> None:
    """The table as a parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(arrow_table(table.columns, table.rows), path)


def to_yaml(spec: Mapping[str, Any]) -> str:
    """The spec as YAML, keys in their order."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(dict(spec), Dumper=dumper, sort_keys=False, allow_unicode=True)
    return text


def write_spec(root: Path, spec: Mapping[str, Any]) -> None:
    """The spec where a project keeps its kind: `seeknal/<kind>s/<name>.yml`."""
    path = root / "seeknal" / f"{spec['kind']}s" / f"{spec['name']}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_yaml(spec), encoding="utf-8")


def write_project(
    root: Path, sources: Mapping[str, tuple[Mapping[str, Any], Table]], *specs: Mapping[str, Any]
) -> None:
    """Sources, each a spec with its rows, and further specs, as a project under `root`.

    Specs that an earlier case left there are removed: making a folder takes longer than a case.
    """
    for old in (root / "seeknal").glob("*/*.yml"):
        old.unlink()
    for spec, table in sources.values():
        write_spec(root, spec)
        # A source that names a relation has no file.
        if "table" in spec:
            write_parquet(table, root / spec["table"])
    for spec in specs:
        write_spec(root, spec)

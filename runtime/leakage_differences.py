"""Where two outputs of a training set differ, row by row and feature by feature."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from seeknal.runtime.duckdb_engine import identifier
from seeknal.runtime.leakage_database import LeakageDatabase
from seeknal.runtime.leakage_futures import ROW

_RELATIVE, _ABSOLUTE = 1e-9, 1e-12


@dataclass(frozen=True, slots=True)
class Difference:
    """A feature whose value differs, and the first row where it does."""

    feature: str
    row: int


def differences(
    database: LeakageDatabase, one: str, other: str, features: Iterable[str]
) -> list[Difference]:
    """The features that differ between two tables, in their order; doubles within 1e-9."""
    names = list(features)
    if not names:
        return []
    types = database.columns(f"SELECT * FROM {one}")
    tests = ", ".join(f"MIN(a.{ROW}) FILTER (WHERE {_differ(name, types[name])})" for name in names)
    rows = database.fetch(f"SELECT {tests} FROM {one} AS a JOIN {other} AS b USING ({ROW})")[0]
    return [
        Difference(name, int(str(row)))
        for name, row in zip(names, rows, strict=True)
        if row is not None
    ]


def _differ(name: str, type: str) -> str:
    a, b = f"a.{identifier(name)}", f"b.{identifier(name)}"
    if type not in ("DOUBLE", "FLOAT"):
        return f"{a} IS DISTINCT FROM {b}"
    near = f"ABS({a} - {b}) <= {_RELATIVE} * GREATEST(ABS({a}), ABS({b})) + {_ABSOLUTE}"
    return f"{a} IS DISTINCT FROM {b} AND NOT COALESCE({near}, FALSE)"


def same(one: object, other: object) -> bool:
    """True for equal values; doubles within 1e-9."""
    if isinstance(one, float) and isinstance(other, float):
        return one == other or math.isclose(one, other, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE)
    return one == other

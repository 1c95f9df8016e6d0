"""The dialects by name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seeknal.compiler.dialects.base import Dialect

NAMES = ("duckdb", "postgres", "datafusion", "spark", "clickhouse", "bigquery")


def dialect(name: str) -> Dialect:
    """The dialect called `name`, one of `NAMES`."""
    from seeknal.compiler.dialects.base import Dialect

    module = import_module(f"seeknal.compiler.dialects.{name}")
    found = module.DIALECT
    assert isinstance(found, Dialect)
    return found

"""The dialects by name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seeknal.compiler.dialects.base import Dialect

NAMES = ("duckdb", "postgres", "datafusion", "spark", "clickhouse", "bigquery")
"""Dialects whose engine runs every case in the tests."""

PARSED = ("snowflake", "redshift", "databricks", "trino")
"""Dialects whose SQL an independent grammar parses in the tests, and no engine runs."""

ALL = (*NAMES, *PARSED)


def dialect(name: str) -> Dialect:
    """The dialect called `name`: one of `ALL`, or another that sqlglot prints, unverified."""
    from seeknal.compiler.dialects.base import Dialect

    path = f"seeknal.compiler.dialects.{name}"
    try:
        module = import_module(path)
    except ModuleNotFoundError as error:
        if error.name != path:
            raise
        from seeknal.compiler.dialects.unverified import unverified

        return unverified(name)
    found = module.DIALECT
    assert isinstance(found, Dialect)
    return found


def is_printed(name: str) -> bool:
    """True where sqlglot prints a dialect of that name."""
    from sqlglot.dialects import DIALECTS

    return name in {known.lower() for known in DIALECTS}

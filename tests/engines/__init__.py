"""Engines that tests execute compiled SQL on, one module each.

A module of this package is named like its dialect and has `open_engine()` and `MARKS`. It imports
the engine's package inside `open_engine`, so that its marks can be read where the engine is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from tests.engines.base import Mark, TestedEngine


@dataclass(frozen=True, slots=True)
class Registered:
    """An engine by the name of its dialect.

    `share` is how many of the drawn examples it runs: what takes an engine longer, it does less
    of. `quick`: `make test` runs it; the others are of `make test-engines`.
    """

    name: str
    share: float = 1.0
    quick: bool = False


ENGINES = {
    engine.name: engine
    for engine in (
        Registered("duckdb", share=0.4, quick=True),
        Registered("postgres", share=0.2, quick=True),
        Registered("bigquery", share=0.03, quick=True),
        Registered("spark", share=0.05),
        Registered("clickhouse", share=0.2),
        Registered("datafusion", share=0.2),
    )
}


class MissingEngine(Exception):
    """An engine that was asked for and is not there: a failure, never a skip."""


def chosen(names: str | None) -> list[str]:
    """The engines of a comma-separated text, or those of `make test`."""
    if names is None:
        return [engine.name for engine in ENGINES.values() if engine.quick]
    found = [name.strip() for name in names.split(",") if name.strip()]
    for name in found:
        if name not in ENGINES:
            raise MissingEngine(f"there is no engine `{name}`; there are {', '.join(ENGINES)}")
    return found


def open_engine(name: str) -> TestedEngine:
    """The engine of a name. Raises MissingEngine where its package is not installed."""
    try:
        opened = import_module(f"tests.engines.{name}").open_engine()
    except ImportError as error:
        raise MissingEngine(
            f"the engine `{name}` cannot be opened: {error}; `make test-engines` installs what"
            " engines need"
        ) from error
    assert isinstance(opened.dialect, str)
    found: TestedEngine = opened
    return found


def marks(name: str) -> Sequence[Mark]:
    """What is known not to work on an engine, and why."""
    found: Sequence[Mark] = import_module(f"tests.engines.{name}").MARKS
    return found

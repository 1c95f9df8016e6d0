"""The engines of the suite, and how many examples each draws.

`SEEKNAL_EXAMPLES=10` draws ten times as many, and new ones every time.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import closing
from math import ceil
from pathlib import Path

import pytest

from tests.conformance.drawing import BATCH, Batch
from tests.conformance.opening import Engines
from tests.draws import MORE
from tests.engines import ENGINES, chosen, duckdb
from tests.engines.base import TestedEngine
from tests.engines.duckdb import DuckDB


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "examples(count): draw so many cases, or an engine's share of them"
    )
    config.addinivalue_line("markers", "only_on(name): what is said of this engine alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is said of an engine that is not asked for."""
    names = chosen(config.getoption("--engines"))
    left_out = [
        item
        for item in items
        if (only := item.get_closest_marker("only_on")) and only.args[0] not in names
    ]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes an engine runs on each; one that takes a batch, for each batch."""
    if "engine" not in metafunc.fixturenames:
        return
    only = metafunc.definition.get_closest_marker("only_on")
    names = list(only.args) if only else chosen(metafunc.config.getoption("--engines"))
    if (drawn := metafunc.definition.get_closest_marker("examples")) is None:
        metafunc.parametrize("engine", [_on(name, name) for name in names], indirect=True)
        return
    runs = [
        _on(name, f"{name}-{batch.seed}", batch)
        for name in names
        for batch in _batches(drawn.args[0] * ENGINES[name].share)
    ]
    metafunc.parametrize(("engine", "batch"), runs, indirect=["engine"])


def _on(name: str, id: str, *more: Batch) -> object:
    # One worker has all of an engine: some take half a minute to start.
    return pytest.param(name, *more, id=id, marks=pytest.mark.xdist_group(f"engine {name}"))


def _batches(count: float) -> list[Batch]:
    """`count` examples in batches of their own seeds: the same on every run, or new ones."""
    start = 0
    if MORE is not None:
        # The workers of pytest-xdist must draw the same number: they share this id of the run.
        start = random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID")).randrange(10**9)
        count *= int(MORE)
    examples = max(2, round(count))
    number = ceil(examples / BATCH)
    return [Batch(start + i, ceil((examples - i) / number)) for i in range(number)]


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    """Every engine that a test has asked for, opened once."""
    with Engines() as opened:
        yield opened


@pytest.fixture
def engine(request: pytest.FixtureRequest, engines: Engines) -> TestedEngine:
    """The engine of the test, without relations."""
    found = engines.open(request.param)
    found.clear()
    return found


@pytest.fixture(scope="session")
def warehouse() -> Iterator[DuckDB]:
    """DuckDB beside the engine under test."""
    with closing(duckdb.open_engine()) as opened:
        yield opened


@pytest.fixture
def oracle(warehouse: DuckDB) -> DuckDB:
    """DuckDB beside the engine under test, without relations."""
    warehouse.clear()
    return warehouse


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a case puts its project: making a folder takes longer than a case."""
    return tmp_path_factory.mktemp("project")

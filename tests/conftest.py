"""Fixtures of several test modules."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests import draws
from tests.engines import open_engine

if TYPE_CHECKING:
    import psycopg

draws.settle()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which engines the conformance suite runs on."""
    parser.addoption(
        "--engines", help="engines that tests/conformance runs on, with commas between them"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a worker of pytest-xdist whole files, or an engine's part of one."""
    for item in items:
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(str(item.path)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep the garbage collector from what stays until the end: it took a tenth of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def postgres() -> Iterator[psycopg.Connection]:
    """A connection in UTC to the database `warehouse` of a PostgreSQL server of its own."""
    with closing(open_engine("postgres")) as engine:
        yield engine.connection  # type: ignore[attr-defined]  # PostgreSQL's alone has one

"""The pytest plugin: `pytest --seeknal` holds a project's SQL to snapshots and runs its unit tests.

pytest loads this module in every session; what it does is imported where `--seeknal` is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("seeknal", "seeknal")
    group.addoption(
        "--seeknal",
        action="store_true",
        default=False,
        help="Collect the specs of a seeknal project: their SQL as snapshots, and their unit tests",
    )
    group.addoption(
        "--seeknal-project",
        metavar="DIR",
        default=None,
        help="The project's folder (default: here, or the nearest one above)",
    )
    group.addoption(
        "--seeknal-dialects",
        metavar="A,B",
        default=None,
        help="The dialects whose SQL is held to snapshots "
        "(default: `dialects` of seeknal_project.yml, else duckdb)",
    )
    group.addoption(
        "--seeknal-engines",
        metavar="A,B",
        default=None,
        help="Run every unit test on these engines (default: those that each test names)",
    )
    group.addoption(
        "--seeknal-params",
        metavar="JSON",
        default=None,
        help="Values for {{ }} parameters; they win over the specs', and those of a test over them",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Load the rest where it was asked for."""
    if not config.getoption("--seeknal"):
        return
    from seeknal.testing import pytest_items

    pytest_items.start(config)
    config.pluginmanager.register(pytest_items, "seeknal-items")

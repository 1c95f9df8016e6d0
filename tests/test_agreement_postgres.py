"""The compiled SQL on PostgreSQL against the naive evaluator, over drawn specs and tables."""

from __future__ import annotations

import psycopg
import pytest
from hypothesis import note

from tests.agreement import Check, agree, batches, examine, written
from tests.harness import compiled, execute_on_postgres
from tests.naive import read_source
from tests.strategies import (
    FLAVOURS,
    Case,
    first_order_cases,
    overflow_cases,
    second_order_cases,
    thorough_cases,
)
from tests.strategies.values import Flavour


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory, postgres: psycopg.Connection) -> Check:
    """Holds the statement of a case's node over relations that hold what its sources read."""
    root = tmp_path_factory.mktemp("project")

    def check(case: Case) -> None:
        node = written(case, root)
        compilation = compiled(root, dialect="postgres")
        note(compilation.artifacts[node].sql)
        relations = {
            f"source.{name}": read_source(source.spec, source.raw)
            for name, source in case.sources.items()
        }
        agree(
            case,
            lambda: execute_on_postgres(postgres, compilation, node, relations),
            psycopg.errors.NumericValueOutOfRange,
        )

    return check


@batches(40)
def test_first_order(batch: int, check: Check) -> None:
    examine(first_order_cases(), batch, check)


@batches(40)
def test_second_order(batch: int, check: Check) -> None:
    examine(second_order_cases(), batch, check)


@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda flavour: flavour.name)
def test_every_aggregation(flavour: Flavour, check: Check) -> None:
    examine(thorough_cases(flavour, "second_order_aggregation"), 0, check, count=2)


@batches(20)
def test_a_sum_that_does_not_fit_is_an_error(batch: int, check: Check) -> None:
    examine(overflow_cases(), batch, check)

"""The compiled SQL on DuckDB against the naive evaluator, over drawn specs and tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import note
from hypothesis import strategies as st

from tests.agreement import Check, agree, batches, examine, written
from tests.compare import assert_same_rows
from tests.harness import compiled, connect, execute, execute_alone, execute_guarded, query
from tests.naive import Table, dropped_rows
from tests.strategies import (
    FLAVOURS,
    Case,
    bad_date_cases,
    first_order_cases,
    overflow_cases,
    second_order_cases,
    thorough_cases,
)
from tests.strategies.values import Flavour

if TYPE_CHECKING:
    import duckdb


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


@pytest.fixture(scope="module")
def check(root: Path, database: duckdb.DuckDBPyConnection) -> Check:
    """Holds the statements of a case's node, in both their forms, its columns and its counts."""
    import duckdb

    overflow = duckdb.ConversionException

    def check(case: Case) -> None:
        node = written(case, root)
        compilation = compiled(root)
        artifact = compilation.artifacts[node]
        note(artifact.sql)
        expected = agree(case, lambda: execute(database, compilation, node), overflow)
        if expected is not None:
            assert artifact.counts_sql is not None
            counts = query(database, artifact.counts_sql).rows
            assert counts == [dropped_rows(case.spec, case.tables)]
            if (guarded := compilation.guarded(node)) is not None:
                agree(case, lambda: execute_guarded(database, node, guarded), overflow)
        if isinstance(expected, Table):
            assert [(c.name, str(c.type)) for c in artifact.columns] == list(expected.columns)

    return check


@batches(150)
def test_first_order(batch: int, check: Check) -> None:
    examine(first_order_cases(), batch, check)


@batches(150)
def test_second_order(batch: int, check: Check) -> None:
    examine(second_order_cases(), batch, check)


@pytest.mark.parametrize("kind", ["aggregation", "second_order_aggregation"])
@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda flavour: flavour.name)
def test_every_aggregation(flavour: Flavour, kind: str, check: Check) -> None:
    examine(thorough_cases(flavour, kind), 0, check, count=3)


@batches(50)
def test_a_sum_that_does_not_fit_is_an_error(batch: int, check: Check) -> None:
    examine(overflow_cases(), batch, check)


@batches(20)
def test_text_that_is_no_date_is_an_error(batch: int, check: Check) -> None:
    examine(bad_date_cases("error"), batch, check)


@batches(20)
def test_text_that_is_no_date_is_null(batch: int, check: Check) -> None:
    examine(bad_date_cases("null"), batch, check)


@batches(20)
def test_an_inline_statement_stands_alone(
    batch: int, root: Path, database: duckdb.DuckDBPyConnection
) -> None:
    def check(case: Case) -> None:
        node = written(case, root)
        artifact = compiled(root, inline=True).artifacts[node]
        note(artifact.sql)
        if isinstance(expected := case.expected(), Table):
            result = execute_alone(database, root, artifact)
            assert_same_rows(expected, result.columns, result.rows)

    examine(st.one_of(first_order_cases(), second_order_cases()), batch, check)

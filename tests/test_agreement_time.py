"""Compiled windows and training sets against the naive evaluator, over drawn specs and tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, note

from seeknal.compiler.build import CompileFailed
from tests.agreement import batches, examine
from tests.agreement_time import (
    SHAPES,
    DuckDB,
    Postgres,
    agree,
    check,
    compiled,
    meant,
)
from tests.harness import connect
from tests.strategies.time import (
    ALL_FLAVOURS,
    TimeCase,
    edge_cases,
    overflow_cases,
    period_cases,
    thorough_cases,
    tie_cases,
    training_cases,
)
from tests.strategies.values import Flavour

if TYPE_CHECKING:
    import psycopg


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


@pytest.fixture(scope="module")
def duck() -> Iterator[DuckDB]:
    with connect() as connection:
        yield DuckDB(connection)


@pytest.fixture(scope="module")
def elephant(postgres: psycopg.Connection) -> Postgres:
    return Postgres(postgres)


@batches(100)
def test_training_sets(batch: int, root: Path, duck: DuckDB) -> None:
    shapes = (SHAPES[batch % len(SHAPES)],)
    examine(training_cases(), batch, lambda case: check(case, root, duck, shapes))


@pytest.mark.parametrize("flavour", ALL_FLAVOURS, ids=lambda flavour: flavour.name)
def test_every_aggregation(flavour: Flavour, root: Path, duck: DuckDB) -> None:
    examine(thorough_cases(flavour), 0, lambda case: check(case, root, duck, ()), count=2)


@batches(50)
def test_edges_of_windows(batch: int, root: Path, duck: DuckDB) -> None:
    examine(edge_cases(), batch, lambda case: check(case, root, duck, SHAPES[1:3]))


@batches(30)
def test_ties(batch: int, root: Path, duck: DuckDB) -> None:
    examine(tie_cases(), batch, lambda case: check(case, root, duck, SHAPES))


@batches(20)
def test_whole_periods(batch: int, root: Path, duck: DuckDB) -> None:
    examine(period_cases(), batch, lambda case: check(case, root, duck, SHAPES[3:]))


@batches(20)
def test_a_sum_that_does_not_fit_is_an_error(batch: int, root: Path, duck: DuckDB) -> None:
    examine(overflow_cases(), batch, lambda case: check(case, root, duck, SHAPES[1:]))


@pytest.mark.parametrize("policy", ["error", "null"])
@batches(10)
def test_text_that_is_no_time(batch: int, policy: str, root: Path, duck: DuckDB) -> None:
    examine(training_cases(policy=policy), batch, lambda case: check(case, root, duck, SHAPES[:1]))


@batches(10)
def test_inline_statements_stand_alone(batch: int, root: Path, duck: DuckDB) -> None:
    def alone(case: TimeCase) -> None:
        compilation, _ = compiled(case, root, inline=True)
        case.write_data(root)
        duck.connection.execute(f"SET file_search_path = '{root}'")
        evaluations = {node: lambda node=node: case.expected_group(node) for node in case.groups}
        for node, evaluate in {**evaluations, "training_set.result": case.expected_set}.items():
            sql = compilation.artifacts[node].sql
            note(sql)
            agree(meant(evaluate), lambda sql=sql: duck.query(sql), duck)

    examine(training_cases(), batch, alone)


@batches(20)
def test_postgres(batch: int, root: Path, elephant: Postgres) -> None:
    def holds(case: TimeCase) -> None:
        try:
            check(case, root, elephant, SHAPES, dialect="postgres")
        except CompileFailed as failed:
            assert {f.code for f in failed.findings if f.severity == "error"} == {"unsupported"}
            assume(False)

    examine(training_cases(), batch, holds)

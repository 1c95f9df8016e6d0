"""The compiled SQL on DuckDB against the naive evaluator, over drawn specs and tables.

`SEEKNAL_EXAMPLES=1500 pytest tests/test_agreement.py` draws more, and new ones every time.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, note, seed, settings
from hypothesis import strategies as st

from tests.compare import assert_same_rows
from tests.harness import (
    PromiseBroken,
    Result,
    compiled,
    connect,
    execute,
    execute_alone,
    execute_guarded,
    query,
)
from tests.naive import AmbiguousAsOf, BadDate, Overflow, Table, dropped_rows
from tests.strategies import (
    FLAVOURS,
    Case,
    bad_date_cases,
    first_order_cases,
    overflow_cases,
    second_order_cases,
    thorough_cases,
    to_yaml,
)
from tests.strategies.values import Flavour

if TYPE_CHECKING:
    import duckdb

EXAMPLES = os.environ.get("SEEKNAL_EXAMPLES")
# Hypothesis spends what comes after ten examples on variations of those ten.
BATCH = 10

Check = Callable[[Case], None]


def batches(count: int) -> pytest.MarkDecorator:
    """`count` examples as batches, each by its seed: the same on every run, or more and new ones
    where the environment asks for them."""
    if EXAMPLES is None:
        return pytest.mark.parametrize("batch", range(count // BATCH))
    start = random.randrange(10**9)
    return pytest.mark.parametrize("batch", range(start, start + count * int(EXAMPLES) // 1500))


def examine(cases: st.SearchStrategy[Case], batch: int, check: Check, count: int = BATCH) -> None:
    """Draw a batch of cases and check each."""

    @seed(batch)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        # One failure, made small, is enough to look at.
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(case=cases)
    def holds(case: Case) -> None:
        check(case)

    holds()


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


def agree(case: Case, run: Callable[[], Result]) -> Table | AmbiguousAsOf | None:
    """What `run` returns or raises is what the case means; None where that is a value's error."""
    import duckdb

    try:
        expected = case.expected()
    except BadDate as bad:
        with pytest.raises(PromiseBroken) as broken:
            run()
        assert broken.value.code == "bad-value"
        assert bad.value in {row["value"] for row in broken.value.rows}
        return None
    except Overflow:
        with pytest.raises(duckdb.ConversionException):
            run()
        return None
    if isinstance(expected, AmbiguousAsOf):
        # A sum of a group that should not be may overflow first.
        with pytest.raises((PromiseBroken, duckdb.ConversionException)) as failure:
            run()
        if isinstance(failure.value, PromiseBroken):
            assert failure.value.code == "ambiguous-as-of"
            assert {row["id"] for row in failure.value.rows} <= set(expected.ids)
    else:
        result = run()
        assert_same_rows(expected, result.columns, result.rows)
    return expected


@pytest.fixture(scope="module")
def check(root: Path, database: duckdb.DuckDBPyConnection) -> Check:
    """Holds the statements of a case's node, in both their forms, and its counts."""

    def check(case: Case) -> None:
        node = _written(case, root)
        compilation = compiled(root)
        artifact = compilation.artifacts[node]
        note(artifact.sql)
        expected = agree(case, lambda: execute(database, compilation, node))
        if expected is not None:
            assert artifact.counts_sql is not None
            counts = query(database, artifact.counts_sql).rows
            assert counts == [dropped_rows(case.spec, case.tables)]
            if (guarded := compilation.guarded(node)) is not None:
                agree(case, lambda: execute_guarded(database, node, guarded))
        if isinstance(expected, Table):
            assert [(c.name, str(c.type)) for c in artifact.columns] == list(expected.columns)

    return check


def _written(case: Case, root: Path) -> str:
    """The case as a project under `root`; the id of its node."""
    case.write(root)
    note(to_yaml(case.spec))
    for name, source in case.sources.items():
        note(f"{name}: {source.raw.columns}\n" + "\n".join(map(str, source.raw.rows)))
    return f"{case.spec['kind']}.{case.spec['name']}"


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
        node = _written(case, root)
        artifact = compiled(root, inline=True).artifacts[node]
        note(artifact.sql)
        if isinstance(expected := case.expected(), Table):
            result = execute_alone(database, root, artifact)
            assert_same_rows(expected, result.columns, result.rows)

    examine(st.one_of(first_order_cases(), second_order_cases()), batch, check)

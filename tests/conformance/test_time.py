"""Windows and training sets against the naive evaluator, over drawn specs and tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st

from tests.conformance.drawing import Batch, examine
from tests.conformance.marked import hold
from tests.conformance.time import SHAPES, check, check_alone
from tests.strategies.time import (
    TimeCase,
    edge_cases,
    overflow_cases,
    period_cases,
    tie_cases,
    training_cases,
)

if TYPE_CHECKING:
    from tests.engines.base import TestedEngine

Hold = Callable[[TimeCase], None]


def _holds(
    cell: str, cases: st.SearchStrategy[TimeCase], batch: Batch, engine: TestedEngine, check: Hold
) -> None:
    hold(engine.dialect, [(cell, lambda: examine(cases, batch, check))])


@pytest.mark.examples(100)
def test_training_sets(batch: Batch, root: Path, engine: TestedEngine) -> None:
    shapes = (SHAPES[batch.seed % len(SHAPES)],)
    _holds(
        "drawn training_set",
        training_cases(),
        batch,
        engine,
        lambda case: check(case, root, engine, shapes),
    )


@pytest.mark.examples(50)
def test_edges_of_windows(batch: Batch, root: Path, engine: TestedEngine) -> None:
    _holds(
        "drawn edges of windows",
        edge_cases(),
        batch,
        engine,
        lambda case: check(case, root, engine, SHAPES[1:3]),
    )


@pytest.mark.examples(30)
def test_ties(batch: Batch, root: Path, engine: TestedEngine) -> None:
    _holds("drawn ties", tie_cases(), batch, engine, lambda case: check(case, root, engine, SHAPES))


@pytest.mark.examples(20)
def test_whole_periods(batch: Batch, root: Path, engine: TestedEngine) -> None:
    _holds(
        "drawn whole periods",
        period_cases(),
        batch,
        engine,
        lambda case: check(case, root, engine, SHAPES[3:]),
    )


@pytest.mark.examples(20)
def test_a_sum_that_does_not_fit_is_an_error(
    batch: Batch, root: Path, engine: TestedEngine
) -> None:
    _holds(
        "drawn sums over windows that do not fit",
        overflow_cases(),
        batch,
        engine,
        lambda case: check(case, root, engine, SHAPES[1:]),
    )


@pytest.mark.parametrize("policy", ["error", "null"])
@pytest.mark.examples(10)
def test_text_that_is_no_time(batch: Batch, policy: str, root: Path, engine: TestedEngine) -> None:
    _holds(
        f"drawn text that is no time, {policy}",
        training_cases(policy=policy),
        batch,
        engine,
        lambda case: check(case, root, engine, SHAPES[:1]),
    )


@pytest.mark.examples(10)
def test_inline_statements_stand_alone(batch: Batch, root: Path, engine: TestedEngine) -> None:
    _holds(
        "drawn inline training sets",
        training_cases(),
        batch,
        engine,
        lambda case: check_alone(case, root, engine),
    )

"""Aggregations at day grain against the naive evaluator, over drawn specs and tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st

from tests.conformance.days import check, check_alone
from tests.conformance.drawing import Batch, examine
from tests.conformance.marked import hold
from tests.strategies import (
    bad_date_cases,
    first_order_cases,
    overflow_cases,
    second_order_cases,
)

if TYPE_CHECKING:
    from tests.engines.base import TestedEngine
    from tests.strategies import Case


def _holds(
    cell: str, cases: st.SearchStrategy[Case], batch: Batch, root: Path, engine: TestedEngine
) -> None:
    def drawn() -> None:
        examine(cases, batch, lambda case: check(case, root, engine))

    hold(engine.dialect, [(cell, drawn)])


@pytest.mark.examples(150)
def test_first_order(batch: Batch, root: Path, engine: TestedEngine) -> None:
    _holds("drawn aggregation", first_order_cases(), batch, root, engine)


@pytest.mark.examples(150)
def test_second_order(batch: Batch, root: Path, engine: TestedEngine) -> None:
    _holds("drawn second_order_aggregation", second_order_cases(), batch, root, engine)


@pytest.mark.examples(50)
def test_a_sum_that_does_not_fit_is_an_error(
    batch: Batch, root: Path, engine: TestedEngine
) -> None:
    _holds("drawn sums that do not fit", overflow_cases(), batch, root, engine)


@pytest.mark.examples(20)
def test_text_that_is_no_date_is_an_error(batch: Batch, root: Path, engine: TestedEngine) -> None:
    _holds("drawn text that is no date", bad_date_cases("error"), batch, root, engine)


@pytest.mark.examples(20)
def test_text_that_is_no_date_is_null(batch: Batch, root: Path, engine: TestedEngine) -> None:
    _holds("drawn text that is no date, read as NULL", bad_date_cases("null"), batch, root, engine)


@pytest.mark.examples(20)
def test_an_inline_statement_stands_alone(batch: Batch, root: Path, engine: TestedEngine) -> None:
    def drawn() -> None:
        cases = st.one_of(first_order_cases(), second_order_cases())
        examine(cases, batch, lambda case: check_alone(case, root, engine))

    hold(engine.dialect, [("drawn inline statements", drawn)])

"""Batches of drawn cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import hypothesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

Drawn = TypeVar("Drawn")

# Hypothesis spends what comes after ten examples on variations of those ten.
BATCH = 10


@dataclass(frozen=True, slots=True)
class Batch:
    """So many examples of a seed."""

    seed: int
    count: int


def examine(cases: st.SearchStrategy[Drawn], batch: Batch, check: Callable[[Drawn], None]) -> None:
    """Draw a batch of cases and check each."""

    @seed(batch.seed)
    @settings(
        max_examples=batch.count,
        database=None,
        deadline=None,
        # One failure, made small, is enough to look at.
        report_multiple_bugs=False,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            # An engine may lack a construct that many cases hold.
            HealthCheck.filter_too_much,
        ],
    )
    @given(case=cases)
    def holds(case: Drawn) -> None:
        check(case)

    holds()


def note(text: str) -> None:
    """Show a text with a failing example, where examples are drawn."""
    if hypothesis.currently_in_test_context():
        hypothesis.note(text)

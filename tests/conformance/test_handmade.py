"""Specs with rows made by hand, against the naive evaluator. A cell is called like its case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conformance import days, keys, time
from tests.conformance.handmade import DAYS, TIMES
from tests.conformance.marked import hold

if TYPE_CHECKING:
    from tests.engines.base import TestedEngine


@pytest.mark.parametrize("case", DAYS)
def test_days(case: str, root: Path, engine: TestedEngine) -> None:
    hold(engine.dialect, [(case, lambda: days.check(DAYS[case](), root, engine))])


@pytest.mark.parametrize("case", TIMES)
def test_times(case: str, root: Path, engine: TestedEngine) -> None:
    shapes = time.SHAPES
    hold(engine.dialect, [(case, lambda: time.check(TIMES[case](), root, engine, shapes))])


@pytest.mark.parametrize("case", keys.DAYS)
def test_days_by_keys_of_two_types(case: str, root: Path, engine: TestedEngine) -> None:
    hold(engine.dialect, [(case, lambda: days.check(keys.DAYS[case](), root, engine))])


@pytest.mark.parametrize("case", keys.TIMES)
def test_times_by_keys_of_two_types(case: str, root: Path, engine: TestedEngine) -> None:
    # A shape a case: all of them meet every type in some case or other.
    at = list(keys.TIMES).index(case) % len(time.SHAPES)
    shapes = time.SHAPES[at : at + 1]
    hold(engine.dialect, [(case, lambda: time.check(keys.TIMES[case](), root, engine, shapes))])

"""Every aggregation over every type of column that it takes, in every kind that aggregates.

A cell is called like `median of small int in feature_group`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conformance import days, time
from tests.conformance.drawing import Batch, examine
from tests.conformance.marked import hold, mark_of
from tests.engines import ENGINES
from tests.strategies import cases as day_cases
from tests.strategies import time as time_cases
from tests.strategies.values import Flavour

if TYPE_CHECKING:
    from tests.engines.base import TestedEngine

KINDS = ("aggregation", "second_order_aggregation", "feature_group")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("flavour", time_cases.ALL_FLAVOURS, ids=lambda flavour: flavour.name)
def test_every_aggregation(kind: str, flavour: Flavour, root: Path, engine: TestedEngine) -> None:
    """Those without a mark together, in one spec; those with one each by itself."""
    share = ENGINES[engine.dialect].share
    batch = Batch(0, 3 if share >= 0.5 else 2 if share > 0.1 else 1)

    def drawn(words: tuple[str, ...]) -> None:
        few = replace(flavour, aggregations=words)
        if kind == "feature_group":
            spans = time_cases.thorough_cases(few)
            examine(spans, batch, lambda case: time.check(case, root, engine, ()))
        else:
            spec = day_cases.thorough_cases(few, kind)
            examine(spec, batch, lambda case: days.check(case, root, engine))

    names = {word: f"{word} of {flavour.name} in {kind}" for word in flavour.aggregations}
    marked = {word for word, cell in names.items() if mark_of(engine.dialect, cell)}
    cells: list[tuple[str, Callable[[], None]]] = [
        (names[word], partial(drawn, (word,))) for word in names if word in marked
    ]
    if rest := tuple(word for word in names if word not in marked):
        cells.append((f"all of {flavour.name} in {kind}", partial(drawn, rest)))
    hold(engine.dialect, cells)

"""How an engine is held to the oracle: batches of drawn cases, and what each must return or raise.

`SEEKNAL_EXAMPLES=10` draws ten times as many cases, and new ones every time.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, note, seed, settings
from hypothesis import strategies as st

from tests.compare import assert_same_rows
from tests.harness import PromiseBroken, Result
from tests.naive import AmbiguousAsOf, BadDate, Overflow, Table
from tests.strategies import Case, to_yaml

MORE = os.environ.get("SEEKNAL_EXAMPLES")
# Hypothesis spends what comes after ten examples on variations of those ten.
BATCH = 10

Check = Callable[[Case], None]


def batches(count: int) -> pytest.MarkDecorator:
    """`count` examples in batches of their own seeds: the same on every run, or new ones."""
    if MORE is None:
        return pytest.mark.parametrize("batch", range(count // BATCH))
    # The workers of pytest-xdist must draw the same number: they share this id of the run.
    start = random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID")).randrange(10**9)
    return pytest.mark.parametrize("batch", range(start, start + count * int(MORE) // BATCH))


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


def written(case: Case, root: Path) -> str:
    """The case as a project under `root`; the id of its node."""
    case.write(root)
    note(to_yaml(case.spec))
    for name, source in case.sources.items():
        note(f"{name}: {source.raw.columns}\n" + "\n".join(map(str, source.raw.rows)))
    return f"{case.spec['kind']}.{case.spec['name']}"


def agree(
    case: Case, run: Callable[[], Result], overflow: type[Exception]
) -> Table | AmbiguousAsOf | None:
    """What `run` returns or raises is what the case means; None where a value is an error.

    `overflow` is what the engine raises for an integer that does not fit.
    """
    try:
        expected = case.expected()
    except BadDate as bad:
        with pytest.raises(PromiseBroken) as broken:
            run()
        assert broken.value.code == "bad-value"
        assert bad.value in {row["value"] for row in broken.value.rows}
        return None
    except Overflow:
        with pytest.raises(overflow):
            run()
        return None
    if isinstance(expected, AmbiguousAsOf):
        # A sum of a group that should not be may overflow first.
        with pytest.raises((PromiseBroken, overflow)) as failure:
            run()
        if isinstance(failure.value, PromiseBroken):
            assert failure.value.code == "ambiguous-as-of"
            assert {row["id"] for row in failure.value.rows} <= set(expected.ids)
    else:
        result = run()
        assert_same_rows(expected, result.columns, result.rows)
    return expected

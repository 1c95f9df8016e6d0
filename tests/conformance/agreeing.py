"""What an engine must return or raise, by what the oracle says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from seeknal.compiler.artifact import Artifact
from tests.compare import assert_same_rows
from tests.engines.base import TestedEngine
from tests.harness import PromiseBroken, Result
from tests.naive import AmbiguousAsOf, BadDate, Overflow, Table

Meant = Table | AmbiguousAsOf | BadDate | Overflow


def meant(evaluate: Callable[[], Table | AmbiguousAsOf]) -> Meant:
    """The table that the oracle gives, or the error that it raises."""
    try:
        return evaluate()
    except (BadDate, Overflow) as error:
        return error


def agree(
    expected: Meant, run: Callable[[], Result], engine: TestedEngine, artifact: Artifact
) -> None:
    """What `run` returns or raises is what is meant of the node."""
    match expected:
        case Table():
            result = run()
            assert_same_rows(output_of(artifact, expected), result.columns, result.rows)
            announced = [(column.name, str(column.type)) for column in artifact.columns]
            assert announced == list(expected.columns)
        case AmbiguousAsOf():
            # A sum of a group that should not be may overflow first.
            with pytest.raises((PromiseBroken, *engine.overflow)) as failure:
                run()
            if isinstance(failure.value, PromiseBroken):
                assert failure.value.code == "ambiguous-as-of"
                assert {row["id"] for row in failure.value.rows} <= set(expected.ids)
        case BadDate():
            with pytest.raises(PromiseBroken) as broken:
                run()
            assert broken.value.code == "bad-value"
        case Overflow():
            with pytest.raises(engine.overflow):
                run()


def output_of(artifact: Artifact, expected: Table) -> Table:
    """The expected table under the names that the dialect takes."""
    renamed = dict(artifact.renamed)
    return Table(tuple((renamed.get(n, n), type_) for n, type_ in expected.columns), expected.rows)

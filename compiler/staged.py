"""A training set in stages: the spine and each part as tables of their own, then the join back.

Several ASOF joins in one DuckDB statement take many times the memory of one (duckdb#17001), and
a spine numbered once is the same for every part. The rows are those of the one statement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from seeknal.compiler.dialects.base import Dialect
from seeknal.compiler.layout import print_statement
from seeknal.compiler.lower.statement import lower_plan
from seeknal.compiler.macros import MacroLibrary
from seeknal.compiler.plan import JoinBack, Operation, Plan, Step

_READS = ("input", "times", "events", "spine", "rows")


def stages_of(
    plan: Plan, dialect: Dialect, library: MacroLibrary
) -> tuple[tuple[tuple[str, str], ...], str]:
    """(table, SELECT) pairs to keep in order, and the statement over them.

    A plan with one part at most is one statement: there is nothing to keep.
    """
    last = plan.steps[-1]
    assert isinstance(last.operation, JoinBack)
    if len(last.operation.parts) < 2:
        return (), _lowered(plan, plan.steps, dialect, library)
    steps = {step.name: step for step in plan.steps}
    spine = last.operation.spine
    stages = [(spine, _lowered(plan, (steps[spine],), dialect, library))]
    for part in last.operation.parts:
        needed = _needed(part.step, steps, spine)
        chain = tuple(step for step in plan.steps if step.name in needed)
        stages.append((part.step, _lowered(plan, _ending(chain, part.step), dialect, library)))
    return tuple(stages), _lowered(plan, (last,), dialect, library)


def _lowered(plan: Plan, steps: tuple[Step, ...], dialect: Dialect, library: MacroLibrary) -> str:
    alone = replace(plan, steps=steps, promises=(), dropped=())
    return print_statement(lower_plan(alone, dialect, library).tree, dialect.printer)


def _ending(chain: tuple[Step, ...], name: str) -> tuple[Step, ...]:
    """The chain with the step `name` last."""
    others = tuple(step for step in chain if step.name != name)
    return (*others, next(step for step in chain if step.name == name))


def _needed(name: str, steps: dict[str, Step], spine: str) -> set[str]:
    """The steps that `name` is made of, itself included, up to the spine."""
    found = {name}
    for read in _read(steps[name].operation):
        if read in steps and read != spine and read not in found:
            found |= _needed(read, steps, spine)
    return found


def _read(operation: Operation) -> Iterator[str]:
    for field in _READS:
        read = getattr(operation, field, None)
        if isinstance(read, str):
            yield read

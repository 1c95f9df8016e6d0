"""Which shape finds the latest row as of a time."""

from __future__ import annotations

from dataclasses import replace

from seeknal.compiler.plan import Choice, Latest, LatestShape, Plan, Step
from seeknal.compiler.rewrites.traits import Traits


def latest_shape(plan: Plan, traits: Traits) -> Plan:
    """Choose a shape for every `Latest`.

    A second time (`known`) takes a range join: what is visible is not a prefix of the events.
    Else what the spec asks for, else ASOF where the dialect has it, else intervals from each row
    to the next.
    """
    steps = []
    choices = list(plan.choices)
    for step in plan.steps:
        if not isinstance(step.operation, Latest):
            steps.append(step)
            continue
        shape, reason = _shape(step.operation, traits)
        steps.append(Step(step.name, replace(step.operation, shape=shape), step.note))
        choices.append(Choice("latest_shape", f"{step.name}: {shape.value}, {reason}"))
    return replace(plan, steps=tuple(steps), choices=tuple(choices))


def _shape(latest: Latest, traits: Traits) -> tuple[LatestShape, str]:
    if latest.strategy not in ("", "auto"):
        return LatestShape(latest.strategy), "as the spec asks"
    if latest.known is not None:
        return LatestShape.RANGE_JOIN, "as a row counts only once it is known"
    if traits.asof_join:
        return LatestShape.ASOF, f"which {traits.dialect} has"
    return LatestShape.LEAD_INTERVAL, f"as {traits.dialect} has no ASOF join"

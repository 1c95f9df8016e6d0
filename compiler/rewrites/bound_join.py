"""Where every feature has a window, a join takes no event older than the longest."""

from __future__ import annotations

from dataclasses import replace

from seeknal.compiler.plan import Aggregate, Choice, PastEvents, Plan, Step


def bound_join(plan: Plan) -> Plan:
    """Leave out of a `PastEvents` join the events that no window reaches back to.

    Condition: every measure has an upper bound in days. Spine rows without events stay.
    """
    if len(plan.steps) < 2:
        return plan
    joined, result = plan.steps[-2:]
    join, aggregate = joined.operation, result.operation
    if not isinstance(join, PastEvents) or not isinstance(aggregate, Aggregate):
        return plan
    bounds = [m.rows.upper for feature in aggregate.features for m in feature.measures]
    longest = max((bound for bound in bounds if bound is not None), default=None)
    if longest is None or None in bounds:
        return plan
    step = Step(joined.name, replace(join, longest=longest), joined.note)
    choice = Choice("bound_join", f"no feature reaches back more than {longest} days")
    return replace(plan, steps=(*plan.steps[:-2], step, result), choices=(*plan.choices, choice))

"""Where every window has a length, a join takes no event older than the longest reaches."""

from __future__ import annotations

from dataclasses import replace

from seeknal.compiler.durations import spell_duration
from seeknal.compiler.features import TimeWindow
from seeknal.compiler.plan import Aggregate, Choice, Held, InReach, Plan, Step

_DAY = 86_400_000_000
_LONGEST_PERIOD = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


def bound_reach(plan: Plan) -> Plan:
    """Leave out of an `InReach` join the events that no window reaches back to.

    Condition: every measure of the aggregate over it has a window with a length.
    """
    steps = list(plan.steps)
    choices = list(plan.choices)
    for index, step in enumerate(steps[1:], start=1):
        before = steps[index - 1]
        if not isinstance(step.operation, Aggregate) or not isinstance(before.operation, InReach):
            continue
        windows = [m.rows.window for feature in step.operation.features for m in feature.measures]
        reaches = [reach_of(window) for window in windows if window is not None]
        bounds = [reach for reach in reaches if reach is not None]
        if len(bounds) < len(windows) or not bounds:
            continue
        longest = max(bounds)
        join = replace(before.operation, reach=longest)
        steps[index - 1] = Step(before.name, join, before.note)
        steps[index] = Step(
            step.name, replace(step.operation, held=Held(longest, padded=True)), step.note
        )
        reason = f"no window of {step.name} reaches back more than {spell_duration(longest)}"
        choices.append(Choice("bound_reach", reason))
    return replace(plan, steps=tuple(steps), choices=tuple(choices))


def reach_of(window: TimeWindow) -> int | None:
    """How far back a window reaches in microseconds; None for all the past."""
    if window.calendar is not None:
        periods = window.calendar.count + 1
        return window.offset + periods * _LONGEST_PERIOD[window.calendar.unit] * _DAY
    return None if window.length is None else window.offset + window.length

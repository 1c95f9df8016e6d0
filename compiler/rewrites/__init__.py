"""Plan to Plan: one rule a function, each with a stated condition, applied in order."""

from __future__ import annotations

from collections.abc import Callable

from seeknal.compiler.plan import Plan
from seeknal.compiler.rewrites.bound_join import bound_join
from seeknal.compiler.rewrites.bound_reach import bound_reach
from seeknal.compiler.rewrites.carry_spine import carry_spine
from seeknal.compiler.rewrites.daily import daily
from seeknal.compiler.rewrites.late_ties import late_ties
from seeknal.compiler.rewrites.latest_shape import latest_shape
from seeknal.compiler.rewrites.mask_past_once import mask_past_once
from seeknal.compiler.rewrites.packed_keys import packed_keys
from seeknal.compiler.rewrites.past_by_join import past_by_join
from seeknal.compiler.rewrites.traits import Traits
from seeknal.compiler.rewrites.unread_columns import drop_unread_columns
from seeknal.compiler.rewrites.window_shape import window_shape

RULES: tuple[Callable[[Plan], Plan], ...] = (
    bound_join,
    daily,
    bound_reach,
    past_by_join,
    mask_past_once,
    drop_unread_columns,
)


SHAPES: tuple[Callable[[Plan, Traits], Plan], ...] = (
    latest_shape,
    late_ties,
    window_shape,
    carry_spine,
    packed_keys,
)
"""Rules that choose by the target."""


def rewrite_plan(plan: Plan, traits: Traits) -> Plan:
    """The plan after every rule; `Plan.choices` says which applied and why."""
    for rule in RULES:
        plan = rule(plan)
    for choose in SHAPES:
        plan = choose(plan, traits)
    return plan

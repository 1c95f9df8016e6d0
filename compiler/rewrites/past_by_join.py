"""Where a join lets only past events through, features need no test for the past."""

from __future__ import annotations

from dataclasses import replace

from seeknal.compiler.features import Feature, Measure, Ratio, Rows
from seeknal.compiler.plan import Aggregate, Choice, PastEvents, Plan, Step

_CHOICE = Choice(
    "past_by_join",
    "the join with the spine keeps days >= 0, so features over all past rows test nothing",
)


def past_by_join(plan: Plan) -> Plan:
    """Drop `days >= 0` from features of a column where the input is a `PastEvents` join.

    Condition: the measure aggregates a column. A spine row without events has NULL there, which
    every aggregation skips; a measure of rows must still tell that row from an event.
    """
    joins = {step.name for step in plan.steps if isinstance(step.operation, PastEvents)}
    last = plan.steps[-1]
    if not isinstance(last.operation, Aggregate) or last.operation.input not in joins:
        return plan
    features = tuple(_without_test(feature) for feature in last.operation.features)
    if features == last.operation.features:
        return plan
    result = Step(last.name, replace(last.operation, features=features), last.note)
    return replace(plan, steps=(*plan.steps[:-1], result), choices=(*plan.choices, _CHOICE))


def _without_test(feature: Feature) -> Feature:
    if isinstance(feature.value, Ratio):
        ratio = Ratio(_relax(feature.value.numerator), _relax(feature.value.denominator))
        return replace(feature, value=ratio)
    return replace(feature, value=_relax(feature.value))


def _relax(measure: Measure) -> Measure:
    if measure.column is None or measure.rows.lower != 0:
        return measure
    return replace(measure, rows=Rows(None, measure.rows.upper, measure.rows.condition))

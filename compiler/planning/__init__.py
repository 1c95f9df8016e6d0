"""From the typed graph to plans: what each node computes, step by step, in no dialect."""

from __future__ import annotations

from datetime import datetime

from seeknal.compiler.model import (
    Computed,
    ResolvedDayGrain,
    ResolvedEventGroup,
    ResolvedQuery,
    ResolvedSource,
    ResolvedTrainingSet,
)
from seeknal.compiler.plan import Plan, ReadSource, Step, UserQuery, ValuesFitSchema
from seeknal.compiler.planning.day_grain import plan_day_grain


def plan_node(resolved: Computed, as_of: datetime | None = None) -> Plan:
    """The plan of one node.

    `as_of` is the time (UTC) of feature groups run by themselves; None leaves a parameter.
    """
    match resolved:
        case ResolvedSource():
            return _plan_source(resolved)
        case ResolvedQuery():
            return _plan_query(resolved)
        case ResolvedDayGrain():
            return plan_day_grain(resolved)
        case ResolvedEventGroup():
            from seeknal.compiler.planning.event_group import plan_event_group

            return plan_event_group(resolved, as_of)
        case ResolvedTrainingSet():
            from seeknal.compiler.planning.training_set import plan_training_set

            return plan_training_set(resolved)


def _plan_source(source: ResolvedSource) -> Plan:
    promises = (ValuesFitSchema(source),) if source.as_text else ()
    steps = (Step(source.spec.relation, ReadSource(source)),)
    return Plan(source.spec.id, source.spec.place.file, steps, source.columns, (), promises)


def _plan_query(query: ResolvedQuery) -> Plan:
    inputs = tuple(relation.id for relation in query.inputs)
    steps = (Step("result", UserQuery(query)),)
    return Plan(query.spec.id, query.spec.place.file, steps, query.columns, inputs)

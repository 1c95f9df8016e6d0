"""Which shape computes the windows of a training set."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

from seeknal.compiler.features import Feature
from seeknal.compiler.plan import (
    Aggregate,
    Choice,
    InReach,
    JoinBack,
    Part,
    PartColumn,
    Pick,
    Plan,
    RangeFrames,
    RunningSums,
    Step,
)
from seeknal.compiler.rewrites.traits import Traits
from seeknal.compiler.types import Column, DataType
from seeknal.compiler.window_shapes import DAILY, RANGE_JOIN, RUNNING_SUM, frames, runs

_DENSE = 6.0
"""A range join is left where it meets this many times the rows of a timeline.

Measured on DuckDB with four windows of sum, count, mean and max: both take the same at 6 times.
"""


def window_shape(plan: Plan, traits: Traits) -> Plan:
    """Compute windows by running sums and RANGE frames where a range join would be dense.

    Conditions: the spec asks for it, or the rows are counted and the join would meet more than
    `_DENSE` times as many rows as the timeline has; windows have lengths. Where events have a
    second time, only sums and counts run. Features that no timeline computes keep the join.
    """
    last = plan.steps[-1]
    if not isinstance(last.operation, JoinBack):
        return plan
    steps: list[Step] = []
    choices = list(plan.choices)
    parts = {part.step: [part] for part in last.operation.parts}
    moved: dict[tuple[str, str], str] = {}
    for step in plan.steps[:-1]:
        before = steps[-1] if steps else None
        if (
            not isinstance(step.operation, Aggregate)
            or before is None
            or not isinstance(before.operation, InReach)
        ):
            steps.append(step)
            continue
        strategy, reason = _strategy(step.name, before.operation, traits)
        choices.append(Choice("window_shape", f"{step.name}: {strategy}, {reason}"))
        if strategy == RANGE_JOIN:
            steps.append(step)
            continue
        made = _split(step, before, steps, strategy, asof=traits.asof_join)
        steps = [*steps[:-1], *made]
        part = parts[step.name][0]
        parts[step.name] = [Part(new.name, part.keys) for new in made if _has_features(new)]
        for new in made:
            for feature in _features(new):
                moved[step.name, feature.name] = new.name
    result = replace(
        last.operation,
        parts=tuple(part for part in last.operation.parts for part in parts[part.step]),
        taken=tuple(
            PartColumn(moved.get((t.step, t.column), t.step), t.column, t.output)
            for t in last.operation.taken
        ),
    )
    steps.append(Step(last.name, result, last.note))
    return replace(plan, steps=tuple(steps), choices=tuple(choices))


def _strategy(name: str, join: InReach, traits: Traits) -> tuple[str, str]:
    if join.strategy == DAILY:
        return RANGE_JOIN, "over one row a key and day"
    if join.strategy not in ("", "auto"):
        return join.strategy, "as the spec asks"
    counted = traits.joined_rows.get(name)
    if counted is None:
        return RANGE_JOIN, "the shape that computes everything; a run counts rows and may change it"
    if counted.joined > _DENSE * counted.timeline:
        return RUNNING_SUM, f"as a join would meet {counted.joined:,} rows"
    return RANGE_JOIN, f"as it meets {counted.joined:,} rows"


def _split(
    step: Step, join_step: Step, before: list[Step], strategy: str, *, asof: bool
) -> list[Step]:
    """Steps for the features by shape, each with the keys and the as-of."""
    aggregate, join = step.operation, join_step.operation
    assert isinstance(aggregate, Aggregate)
    assert isinstance(join, InReach)
    running = [f for f in aggregate.features if strategy == RUNNING_SUM and runs(f)]
    framed = [
        f for f in aggregate.features if f not in running and join.known is None and frames(f)
    ]
    joined = [f for f in aggregate.features if f not in running and f not in framed]
    made: list[Step] = []
    if joined:
        made += [
            join_step,
            Step(step.name, replace(aggregate, features=tuple(joined)), step.note),
        ]
    if running:
        sums = RunningSums(
            **_timeline(join, aggregate, before, running), known=join.known, asof=asof
        )
        made.append(Step(f"{step.name}_sums", sums, "sums that run along all events"))
    if framed:
        windows = RangeFrames(**_timeline(join, aggregate, before, framed))
        made.append(Step(f"{step.name}_frames", windows, "windows as frames over all events"))
    return made


class _Timeline(TypedDict):
    times: str
    events: str
    keys: tuple[tuple[str, str], ...]
    key_types: tuple[DataType, ...]
    as_of: str
    event: str
    inclusive: bool
    columns: tuple[Column, ...]
    features: tuple[Feature, ...]


def _timeline(
    join: InReach, aggregate: Aggregate, before: list[Step], features: list[Feature]
) -> _Timeline:
    """What both shapes over a timeline need."""
    events = next(step.operation for step in before if step.name == join.events)
    assert isinstance(events, Pick)
    types = {named.name: named.type for named in events.columns}
    read: dict[str, Column] = {}
    for feature in features:
        for measure in feature.measures:
            if measure.column is not None:
                read[measure.column.name] = measure.column
            if measure.rows.condition is not None:
                read |= {column.name: column for column in measure.rows.condition.columns}
    return {
        "times": join.times,
        "events": join.events,
        "keys": join.keys,
        "key_types": tuple(types[other] for _, other in join.keys),
        "as_of": join.as_of,
        "event": join.event,
        "inclusive": join.inclusive,
        "columns": tuple(read.values()),
        "features": tuple(features),
    }


def _has_features(step: Step) -> bool:
    return isinstance(step.operation, Aggregate | RangeFrames | RunningSums)


def _features(step: Step) -> tuple[Feature, ...]:
    if isinstance(step.operation, Aggregate | RangeFrames | RunningSums):
        return step.operation.features
    return ()

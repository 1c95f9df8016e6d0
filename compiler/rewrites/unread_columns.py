"""Steps carry only the columns that a later step reads."""

from __future__ import annotations

from dataclasses import replace

from seeknal.compiler.features import Measure
from seeknal.compiler.plan import Aggregate, DaysBetween, Named, PastEvents, Pick, Plan, Step, Take
from seeknal.compiler.types import Column


def drop_unread_columns(plan: Plan) -> Plan:
    """Drop columns of `Pick` and `PastEvents` that nothing reads, and unread times of `Aggregate`.

    Condition: none; a step's rows stay the same.
    """
    last = plan.steps[-1]
    if not isinstance(last.operation, Aggregate):
        return plan
    aggregate = _without_unread_times(last.operation)
    read = _read_by(aggregate)
    steps: list[Step] = [Step(last.name, aggregate, last.note)]
    for step in reversed(plan.steps[:-1]):
        operation, note = step.operation, step.note
        if isinstance(operation, PastEvents):
            if operation.days not in read:
                note = ""
            columns = tuple(name for name in operation.columns if name in read)
            operation = replace(operation, columns=columns)
            read |= {operation.events_id, operation.events_date}
            read |= {operation.spine_id, operation.spine_key, operation.spine_date}
        elif isinstance(operation, Pick) and not operation.distinct:
            kept = tuple(named for named in operation.columns if named.name in read)
            if note and len(kept) < len(operation.columns) and not _computes_days(kept):
                note = ""
            operation = replace(operation, columns=kept)
        steps.append(Step(step.name, operation, note))
    return replace(plan, steps=tuple(reversed(steps)))


def _computes_days(columns: tuple[Named, ...]) -> bool:
    return any(isinstance(named.value, DaysBetween) for named in columns)


def _measures(aggregate: Aggregate) -> list[Measure]:
    return [measure for feature in aggregate.features for measure in feature.measures]


def _without_unread_times(aggregate: Aggregate) -> Aggregate:
    measures = _measures(aggregate)
    reads_time = any(m.reads_time or m.rows.window is not None for m in measures)
    tests_days = any(m.rows.lower is not None or m.rows.upper is not None for m in measures)
    return replace(
        aggregate,
        at=aggregate.at if reads_time else None,
        days=aggregate.days if reads_time or tests_days else None,
    )


def _read_by(aggregate: Aggregate) -> set[str]:
    read: set[str] = set()
    for value in (aggregate.at, aggregate.days, *(key.value for key in aggregate.keys)):
        if isinstance(value, Take):
            read.add(value.column.name)
    for measure in _measures(aggregate):
        if measure.column is not None:
            read.add(measure.column.name)
        read |= {a.value.name for a in measure.arguments if isinstance(a.value, Column)}
        if measure.rows.condition is not None:
            read |= {column.name for column in measure.rows.condition.columns}
    return read

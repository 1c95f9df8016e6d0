"""From the typed graph to plans: what each node computes, step by step, in no dialect."""

from __future__ import annotations

from seeknal.compiler.features import Argument, Condition, Feature
from seeknal.compiler.kinds.spec import Spec
from seeknal.compiler.model import (
    Resolved,
    ResolvedDayGrain,
    ResolvedQuery,
    ResolvedSource,
    ResolvedSpine,
    TimeColumn,
)
from seeknal.compiler.plan import (
    Aggregate,
    DateOf,
    DaysBetween,
    DroppedRows,
    Named,
    OneDatePerId,
    PastEvents,
    Pick,
    Plan,
    Promise,
    ReadSource,
    Step,
    Take,
    TextIsTime,
    TimeOf,
    UserQuery,
    Value,
    ValuesFitSchema,
)
from seeknal.compiler.types import DATE, INT64, STRING, Column

DAYS_NOTE = (
    "{days}: whole days from {event} back from {as_of}; below 0 is the future and never counts"
)


def plan_node(resolved: Resolved) -> Plan:
    """The plan of one node."""
    match resolved:
        case ResolvedSource():
            return _plan_source(resolved)
        case ResolvedQuery():
            return _plan_query(resolved)
        case ResolvedDayGrain():
            return _plan_day_grain(resolved)
    raise TypeError(f"no rule plans {type(resolved).__name__}")


def _plan(
    spec: Spec,
    steps: list[Step],
    columns: tuple[Column, ...],
    inputs: tuple[str, ...],
    promises: tuple[Promise, ...] = (),
    dropped: tuple[DroppedRows, ...] = (),
) -> Plan:
    return Plan(spec.id, spec.place.file, tuple(steps), columns, inputs, promises, dropped)


def _plan_source(source: ResolvedSource) -> Plan:
    promises = (ValuesFitSchema(source),) if source.as_text else ()
    steps = [Step(source.spec.relation, ReadSource(source))]
    return _plan(source.spec, steps, source.columns, (), promises)


def _plan_query(query: ResolvedQuery) -> Plan:
    inputs = tuple(relation.id for relation in query.inputs)
    return _plan(query.spec, [Step("result", UserQuery(query))], query.columns, inputs)


def _plan_day_grain(node: ResolvedDayGrain) -> Plan:
    if node.spine is not None:
        return _plan_spine(node, node.spine)
    relation = node.input.name
    names = _Names({column.name for column in node.input.columns})
    required: list[Value] = [Take(node.id), *(Take(column) for column in node.group_by)]
    date = node.as_of or node.event
    promises: list[Promise] = [
        TextIsTime(relation, node.input.id, time)
        for time in (node.event, node.as_of)
        if time is not None and time.column.type == STRING and time.bad_value == "error"
    ]
    derived: list[Named] = []
    keys: list[Named] = [Named(node.id.name, Take(node.id))]
    if node.per_date:
        required.insert(1, _present(date))
        day = Named(names.new(f"{date.column.name}_day"), DateOf(date))
        if date.column.type == DATE:
            day = Named(date.column.name, Take(date.column))
        derived.append(day)
        keys.append(Named(date.column.name, Take(Column(day.name, day.type))))
        keys += [Named(column.name, Take(column)) for column in node.group_by]
    else:
        assert node.as_of is not None
        promises.append(OneDatePerId(relation, node.input.id, node.id, node.as_of))
    days = None
    note = ""
    if node.as_of is not None:
        derived.append(Named(names.new("days"), DaysBetween(node.event, node.as_of)))
        days = derived[-1]
        note = DAYS_NOTE.format(
            days=days.name, event=node.event.column.name, as_of=node.as_of.column.name
        )
    at = Named(names.new(f"{node.event.column.name}_at"), TimeOf(node.event))
    if node.event.column.type.is_temporal:
        at = Named(node.event.column.name, Take(node.event.column))
    used = _columns_used(node.features)
    passed = _distinct([node.id, *node.group_by, *used])
    columns = [Named(column.name, Take(column)) for column in passed]
    picked = {named.name: named for named in (*columns, at, *derived)}
    events = Pick(relation, tuple(picked.values()), required=tuple(required))
    result = Aggregate(
        "events",
        tuple(keys),
        node.features,
        days=Take(Column(days.name, days.type)) if days else None,
        at=Take(Column(at.name, at.type)),
    )
    return _plan(
        node.spec,
        [Step("events", events, note), Step("result", result)],
        node.columns,
        (node.input.id,),
        tuple(promises),
        (DroppedRows(relation, tuple(required)),),
    )


def _plan_spine(node: ResolvedDayGrain, spine: ResolvedSpine) -> Plan:
    """Features for the (id, application date) pairs of another relation."""
    relation, dates = node.input.name, spine.relation.name
    names = _Names(
        {column.name for column in node.input.columns}
        | {column.name for column in spine.relation.columns}
    )
    promises = tuple(
        TextIsTime(name, owner, time)
        for name, owner, time in (
            (relation, node.input.id, node.event),
            (dates, spine.relation.id, spine.as_of),
        )
        if time.column.type == STRING and time.bad_value == "error"
    )
    used = _columns_used(node.features)
    spine_id = Named(names.new(f"spine_{spine.id.name}"), Take(spine.id))
    spine_date = Named(names.new(f"spine_{spine.as_of.column.name}"), DateOf(spine.as_of))
    spine_keys = (Take(spine.id), _present(spine.as_of))
    pairs = Pick(dates, (spine_id, spine_date), spine_keys, distinct=True)
    event_day = Named(names.new(f"{node.event.column.name}_day"), DateOf(node.event))
    if node.event.column.type == DATE:
        event_day = Named(node.event.column.name, Take(node.event.column))
    columns = [Named(column.name, Take(column)) for column in _distinct([node.id, *used])]
    at = Named(names.new(f"{node.event.column.name}_at"), TimeOf(node.event))
    if node.event.column.type.is_temporal:
        at = Named(node.event.column.name, Take(node.event.column))
    if at.name not in {column.name for column in columns}:
        columns.append(at)
    picked = {named.name: named for named in (*columns, event_day)}
    events = Pick(relation, tuple(picked.values()), (Take(node.id), _present(node.event)))
    days = names.new("days")
    joined = PastEvents(
        spine="spine",
        events="events",
        spine_id=spine_id.name,
        spine_date=spine_date.name,
        events_id=node.id.name,
        events_date=event_day.name,
        columns=tuple(column.name for column in columns if column.name != node.id.name)
        + ((node.id.name,) if node.id in used else ()),
        days=days,
    )
    result = Aggregate(
        "past_events",
        (
            Named(spine.id.name, Take(Column(spine_id.name, spine.id.type))),
            Named(spine.as_of.column.name, Take(Column(spine_date.name, spine_date.type))),
        ),
        node.features,
        days=Take(Column(days, INT64)),
        at=Take(Column(at.name, at.type)),
    )
    note = DAYS_NOTE.format(days=days, event=node.event.column.name, as_of=spine.as_of.column.name)
    return _plan(
        node.spec,
        [
            Step("spine", pairs, f"the pairs of {spine.relation.id} to compute features for"),
            Step("events", events),
            Step("past_events", joined, note),
            Step("result", result),
        ],
        node.columns,
        (node.input.id, spine.relation.id),
        promises,
        (
            DroppedRows(relation, (Take(node.id),)),
            DroppedRows(dates, spine_keys),
        ),
    )


def _columns_used(features: tuple[Feature, ...]) -> list[Column]:
    """The upstream columns that features read, in order of first use; conditions' come by name."""
    used: dict[str, Column] = {}
    for feature in features:
        for measure in feature.measures:
            if measure.column is not None:
                used.setdefault(measure.column.name, measure.column)
            for argument in measure.arguments:
                _use_argument(argument, used)
            _use_condition(measure.rows.condition, used)
    return list(used.values())


def _use_argument(argument: Argument, used: dict[str, Column]) -> None:
    if isinstance(argument.value, Column):
        used.setdefault(argument.value.name, argument.value)


def _use_condition(condition: Condition | None, used: dict[str, Column]) -> None:
    for column in condition.columns if condition is not None else ():
        used.setdefault(column.name, column)


def _present(time: TimeColumn) -> Value:
    """What is NULL where a row has no such time: the column, or what its text says."""
    parsed = time.column.type == STRING and time.bad_value == "null"
    return DateOf(time) if parsed else Take(time.column)


def _distinct(columns: list[Column]) -> list[Column]:
    return list({column.name: column for column in columns}.values())


class _Names:
    """Names of derived columns that no column of the input has, in whatever case."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = {name.casefold() for name in taken}

    def new(self, name: str) -> str:
        while name.casefold() in self.taken:
            name += "_"
        self.taken.add(name.casefold())
        return name

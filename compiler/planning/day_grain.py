"""Plans of first- and second-order aggregations: pick events, count days, aggregate."""

from __future__ import annotations

from seeknal.compiler.model import ResolvedDayGrain, ResolvedSpine, TimeColumn
from seeknal.compiler.plan import (
    Aggregate,
    DateOf,
    DaysBetween,
    DroppedRows,
    Exactly,
    Named,
    OneDatePerId,
    PastEvents,
    Pick,
    Plan,
    Step,
    Take,
    Value,
)
from seeknal.compiler.planning.common import (
    Names,
    as_time,
    columns_used,
    distinct,
    present,
    text_promises,
)
from seeknal.compiler.planning.keys import as_key, spine_type
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import DATE, INT64, Column

DAYS_NOTE = (
    "{days}: whole days from {event} back from {as_of}; below 0 is the future and never counts"
)


def plan_day_grain(node: ResolvedDayGrain) -> Plan:
    """The plan of a day-grain aggregation, over its own dates or those of a spine."""
    if node.spine is not None:
        return _plan_spine(node, node.spine)
    relation = node.input.name
    names = Names({column.name for column in node.input.columns})
    required: list[Value] = [Take(node.id), *(Take(column) for column in node.group_by)]
    date = node.as_of or node.event
    times = [time for time in (node.event, node.as_of) if time is not None]
    promises = list(text_promises([(relation, node.input.id, time) for time in times]))
    derived: list[Named] = []
    keys: list[Named] = [Named(node.id.name, Take(node.id))]
    if node.per_date:
        required.insert(1, present(date))
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
    at = as_time(node.event, names)
    used = columns_used(node.features)
    passed = distinct([node.id, *node.group_by, *used])
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
    return Plan(
        node.spec.id,
        node.spec.place.file,
        (Step("events", events, note), Step("result", result)),
        node.columns,
        (node.input.id,),
        tuple(promises),
        (DroppedRows(relation, tuple(required)),),
    )


def _plan_spine(node: ResolvedDayGrain, spine: ResolvedSpine) -> Plan:
    """Features for the (id, application date) pairs of another relation."""
    relation, dates = node.input.name, spine.relation.name
    promises = text_promises(
        [(relation, node.input.id, node.event), (dates, spine.relation.id, spine.as_of)]
    )
    pairs = Pairs(dates, spine.relation.id, spine.id, spine.as_of, spine.as_of.column.name)
    return Plan(
        node.spec.id,
        node.spec.place.file,
        spine_steps(node, pairs, ""),
        node.columns,
        (node.input.id, spine.relation.id),
        promises,
        (
            DroppedRows(relation, (Take(node.id),)),
            DroppedRows(dates, (Take(spine.id), present(spine.as_of))),
        ),
    )


@dataclass(frozen=True, slots=True)
class Pairs:
    """The (id, date) pairs of `relation` that day-grain features are computed for.

    `date_name` is the name of the date in the result; `owner` names the relation in comments.
    """

    relation: str
    owner: str
    id: Column
    as_of: TimeColumn
    date_name: str


def spine_steps(node: ResolvedDayGrain, pairs: Pairs, prefix: str) -> tuple[Step, ...]:
    """The steps to the features of `node` for `pairs`, one row a pair; `prefix` names them."""
    names = Names({column.name for column in node.input.columns} | {pairs.id.name, pairs.date_name})
    used = columns_used(node.features)
    spine_id = Named(names.new(f"spine_{pairs.id.name}"), Take(pairs.id))
    spine_date = Named(names.new(f"spine_{pairs.date_name}"), DateOf(pairs.as_of))
    spine_keys = (Take(pairs.id), present(pairs.as_of))
    compared = spine_type(pairs.id, node.id)
    spine_key = spine_id
    if isinstance(value := as_key(pairs.id, compared), Exactly):
        spine_key = Named(names.new(f"{spine_id.name}_as_key"), value)
    read = dict.fromkeys([spine_id, spine_date, spine_key])
    spine = Pick(pairs.relation, tuple(read), spine_keys, distinct=True)
    events_id = Named(node.id.name, as_key(node.id, compared))
    if isinstance(events_id.value, Exactly):
        events_id = Named(names.new(f"{node.id.name}_as_key"), events_id.value)
    event_day = Named(names.new(f"{node.event.column.name}_day"), DateOf(node.event))
    if node.event.column.type == DATE:
        event_day = Named(node.event.column.name, Take(node.event.column))
    at = as_time(node.event, names)
    columns = {column.name: Named(column.name, Take(column)) for column in used}
    columns[at.name] = at
    picked = {
        events_id.name: events_id,
        **columns,
        event_day.name: event_day,
    }
    present_keys = (events_id.value, present(node.event))
    events = Pick(node.input.name, tuple(picked.values()), present_keys)
    days = names.new("days")
    joined = PastEvents(
        spine=f"{prefix}spine",
        events=f"{prefix}events",
        spine_id=spine_id.name,
        spine_key=spine_key.name,
        spine_date=spine_date.name,
        events_id=events_id.name,
        events_date=event_day.name,
        columns=tuple(columns),
        days=days,
    )
    result = Aggregate(
        f"{prefix}past_events",
        (
            Named(pairs.id.name, Take(Column(spine_id.name, pairs.id.type))),
            Named(pairs.date_name, Take(Column(spine_date.name, DATE))),
        ),
        node.features,
        days=Take(Column(days, INT64)),
        at=Take(Column(at.name, at.type)),
    )
    note = DAYS_NOTE.format(days=days, event=node.event.column.name, as_of=pairs.date_name)
    return (
        Step(f"{prefix}spine", spine, f"the pairs of {pairs.owner} to compute features for"),
        Step(f"{prefix}events", events),
        Step(f"{prefix}past_events", joined, note),
        Step(f"{prefix}result", result),
    )

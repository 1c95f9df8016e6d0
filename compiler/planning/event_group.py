"""Plans of declarative feature groups: windows over events as of an exact time."""

from __future__ import annotations

from datetime import datetime

from seeknal.compiler.model import ResolvedEventGroup
from seeknal.compiler.plan import (
    Aggregate,
    DaysBetween,
    DroppedRows,
    Held,
    InReach,
    Instant,
    Moment,
    Named,
    Pick,
    Plan,
    Step,
    Take,
    Until,
)
from seeknal.compiler.planning.common import Names, columns_used, present, text_promises
from seeknal.compiler.planning.keys import as_key
from seeknal.compiler.resolve.event_group import AS_OF
from seeknal.compiler.types import TIMESTAMP, Column


def plan_event_group(node: ResolvedEventGroup, at: datetime | None) -> Plan:
    """The group by itself, as of one time: a row per entity with an event by then."""
    relation = node.input.name
    names = Names({column.name for column in node.input.columns})
    moment = Named(names.new("as_of"), Moment(at))
    event = Named(names.new(f"{node.event.column.name}_at"), Instant(node.event))
    if node.event.column.type == TIMESTAMP:
        event = Named(node.event.column.name, Take(node.event.column))
    until = [Until(Instant(node.event), Moment(at), node.inclusive)]
    if node.knowledge is not None:
        until.append(Until(Instant(node.knowledge), Moment(at), node.inclusive))
    picked = {key.name: Named(key.name, Take(key)) for key in node.keys}
    for column in columns_used(node.features):
        picked.setdefault(column.name, Named(column.name, Take(column)))
    picked.setdefault(event.name, event)
    picked[moment.name] = moment
    required = (*(Take(key) for key in node.keys), present(node.event))
    events = Pick(relation, tuple(picked.values()), required, until=tuple(until))
    keys = [Named(key.name, Take(key)) for key in node.keys]
    result = Aggregate(
        "events",
        (*keys, Named(AS_OF, Take(Column(moment.name, TIMESTAMP)))),
        node.features,
        days=DaysBetween(Column(event.name, TIMESTAMP), Column(moment.name, TIMESTAMP)),
        at=Take(Column(event.name, TIMESTAMP)),
        as_of=Take(Column(moment.name, TIMESTAMP)),
        inclusive=node.inclusive,
        held=Held(),
    )
    times = [node.event, *([node.knowledge] if node.knowledge is not None else [])]
    return Plan(
        node.spec.id,
        node.spec.place.file,
        (
            Step("events", events, f"the events of {node.input.id} by the as-of"),
            Step("result", result),
        ),
        node.columns,
        (node.input.id,),
        text_promises([(relation, node.input.id, time) for time in times]),
        (DroppedRows(relation, required),),
    )


def window_steps(
    node: ResolvedEventGroup,
    times: str,
    keys: tuple[tuple[Column, Column], ...],
    as_of: str,
    prefix: str,
    strategy: str,
) -> tuple[Step, ...]:
    """The features of `node` for every row of `times`: distinct keys and as-ofs, none NULL.

    `keys` pairs each column of `times`, of the type that is compared, with the event's column it
    equals. Steps are named after `prefix`; the last one has the columns of `times`, then the
    features.
    """
    taken = {key.name.casefold() for key, _ in keys} | {as_of.casefold()}
    names = Names(taken | {column.name for column in node.input.columns})
    event = Named(names.new(f"{node.event.column.name}_at"), Instant(node.event))
    if node.event.column.type == TIMESTAMP and node.event.column.name.casefold() not in taken:
        event = Named(node.event.column.name, Take(node.event.column))
    known = None
    if node.knowledge is not None:
        known = Named(names.new(f"{node.knowledge.column.name}_known"), Instant(node.knowledge))
    values = [as_key(column, key.type) for key, column in keys]
    own = {value: names.new(f"event_{value.column.name}") for value in values}
    picked = {name: Named(name, value) for value, name in own.items()}
    used = columns_used(node.features)
    for column in used:
        picked.setdefault(column.name, Named(column.name, Take(column)))
    picked.setdefault(event.name, event)
    if known is not None:
        picked[known.name] = known
    required = (*values, present(node.event))
    events = Pick(node.input.name, tuple(picked.values()), required)
    reach = InReach(
        times=times,
        events=f"{prefix}_events",
        keys=tuple((key.name, own[value]) for (key, _), value in zip(keys, values, strict=True)),
        as_of=as_of,
        event=event.name,
        known=known.name if known is not None else None,
        inclusive=node.inclusive,
        columns=tuple({**{column.name: None for column in used}, event.name: None}),
        strategy=strategy or node.spec.strategy,
    )
    grouped = [Named(key.name, Take(key)) for key, _ in keys]
    moment = Column(as_of, TIMESTAMP)
    result = Aggregate(
        f"{prefix}_in_reach",
        (*grouped, Named(as_of, Take(moment))),
        node.features,
        days=DaysBetween(Column(event.name, TIMESTAMP), moment),
        at=Take(Column(event.name, TIMESTAMP)),
        as_of=Take(moment),
        inclusive=node.inclusive,
        held=Held(padded=True),
    )
    return (
        Step(f"{prefix}_events", events, f"the events of {node.spec.id}"),
        Step(f"{prefix}_in_reach", reach),
        Step(prefix, result),
    )

"""Plans of training sets: a numbered spine, one part a join, joined back to the spine."""

from __future__ import annotations

from dataclasses import replace

from seeknal.compiler.durations import spell_duration
from seeknal.compiler.model import (
    DaysJoin,
    JoinKey,
    LatestJoin,
    ResolvedJoin,
    ResolvedTrainingSet,
    Taken,
    TieOrder,
    TimeColumn,
    WindowsJoin,
)
from seeknal.compiler.plan import (
    Aggregate,
    DateOf,
    Instant,
    JoinBack,
    Latest,
    Named,
    Numbered,
    OneOfTies,
    Part,
    PartColumn,
    Pick,
    Plan,
    Promise,
    RowsKept,
    Step,
    Take,
)
from seeknal.compiler.planning.common import Names, columns_used, present, text_promises
from seeknal.compiler.planning.day_grain import Pairs, spine_steps
from seeknal.compiler.planning.event_group import window_steps
from seeknal.compiler.planning.keys import as_key, compared
from seeknal.compiler.types import DATE, TIMESTAMP, Column

SPINE = "spine"
_KINDS = ("source_", "transform_", "aggregation_", "feature_group_", "second_order_aggregation_")
"""How relations' names begin."""
_STEPS = (
    *("", "_times", "_spine", "_events", "_in_reach", "_past_events"),
    *("_rows", "_without_ties", "_sums", "_frames"),
)
"""What stands behind a join's label in the names of its steps."""


def plan_training_set(node: ResolvedTrainingSet) -> Plan:
    """The plan of a training set: one output row per spine row."""
    read = [join.relation for join in node.joins if isinstance(join, LatestJoin)]
    taken_names = (node.columns, node.spine.columns, *(relation.columns for relation in read))
    names = Names({column.name for columns in taken_names for column in columns})
    date = Named(names.new("as_of_date"), DateOf(node.as_of))
    row = names.new("spine_row")
    as_of = Named(names.new("as_of_time"), Instant(node.as_of))
    columns = {column.name: Named(column.name, Take(column)) for column in node.spine_columns}
    joins = [compared(join, columns, names) for join in node.joins]
    if node.as_of.column.type == TIMESTAMP:
        as_of = Named(node.as_of.column.name, Take(node.as_of.column))
    columns.setdefault(as_of.name, as_of)
    if any(isinstance(join, DaysJoin) for join in joins):
        columns[date.name] = date
    spine = Numbered(node.spine.name, tuple(columns.values()), row)
    steps = [Step(SPINE, spine, f"the rows of {node.spine.id}, numbered")]
    parts: list[Part] = []
    taken: list[PartColumn] = []
    labels = {SPINE, "result"}
    for join in joins:
        label = _label(join, labels)
        match join:
            case WindowsJoin():
                made, part = _windows(join, label, as_of.name)
            case DaysJoin():
                made, part = _days(join, label, date.name, names)
            case LatestJoin():
                made, part = _latest(join, label, row, as_of.name)
        steps += made
        parts.append(part)
        taken += [PartColumn(part.step, *_source_and_output(join, t)) for t in join.taken]
    kept = tuple(column.name for column in node.spine_columns)
    steps.append(Step("result", JoinBack(SPINE, kept, tuple(parts), tuple(taken))))
    promises: list[Promise] = [RowsKept(node.spec.relation, node.spec.id, node.spine.name)]
    return Plan(
        node.spec.id,
        node.spec.place.file,
        tuple(steps),
        node.columns,
        tuple(dict.fromkeys([node.spine.id, *(_reads(join) for join in node.joins)])),
        (*text_promises(_times(node)), *promises),
    )


def _label(join: ResolvedJoin, taken: set[str]) -> str:
    """A name for the join's steps: the node's own, unless another step or a relation has it."""
    kind, _, name = join.spec.ref.value.lower().partition(".")
    label = f"{kind}_{name}_" if name.startswith(_KINDS) else name
    while not taken.isdisjoint(label + step for step in _STEPS):
        label += "_"
    taken.update(label + step for step in _STEPS)
    return label


def _reads(join: ResolvedJoin) -> str:
    match join:
        case WindowsJoin(group=group):
            return group.input.id
        case DaysJoin(node=node):
            return node.input.id
        case LatestJoin(relation=relation):
            return relation.id


def _times(node: ResolvedTrainingSet) -> list[tuple[str, str, TimeColumn]]:
    found = [(node.spine.name, node.spine.id, node.as_of)]
    for join in node.joins:
        match join:
            case WindowsJoin(group=group):
                times = [group.event, group.knowledge]
                owner = group.input
            case DaysJoin(node=day_node):
                times = [day_node.event]
                owner = day_node.input
            case LatestJoin(event=event, knowledge=knowledge, relation=owner):
                times = [event, knowledge]
        found += [(owner.name, owner.id, time) for time in times if time is not None]
    return list(dict.fromkeys(found))


def _windows(join: WindowsJoin, label: str, as_of: str) -> tuple[list[Step], Part]:
    times = f"{label}_times"
    wanted = {taken.column.name for taken in join.taken}
    group = join.group
    features = tuple(feature for feature in group.features if feature.name in wanted)
    names = Names(wanted | {column.name for column in columns_used(features)})
    keys = [Named(names.new(key.spine.name), Take(key.spine)) for key in join.keys]
    at = Named(names.new(as_of), Take(Column(as_of, TIMESTAMP)))
    required = (*(key.value for key in keys), at.value)
    pairs = tuple(
        (Column(key.name, key.type), pair.other) for key, pair in zip(keys, join.keys, strict=True)
    )
    steps = [
        Step(
            times,
            Pick(SPINE, (*keys, at), required, distinct=True),
            "distinct keys and as-ofs of the spine",
        ),
        *window_steps(
            replace(group, features=features), times, pairs, at.name, label, join.spec.strategy
        ),
    ]
    on = [(pair.spine.name, key.name) for key, pair in zip(keys, join.keys, strict=True)]
    on.append((as_of, at.name))
    return steps, Part(label, tuple(on))


def _days(join: DaysJoin, label: str, day: str, names: Names) -> tuple[list[Step], Part]:
    date = names.new(f"{label}_date")
    pairs = Pairs(SPINE, "the spine", join.key.spine, TimeColumn(Column(day, DATE)), date)
    wanted = {taken.column.name for taken in join.taken}
    features = tuple(feature for feature in join.node.features if feature.name in wanted)
    *before, last = spine_steps(replace(join.node, features=features), pairs, f"{label}_")
    assert isinstance(last.operation, Aggregate)
    own = Names(wanted)
    keys = tuple(Named(own.new(key.name), key.value) for key in last.operation.keys)
    steps = [*before, Step(label, replace(last.operation, keys=keys), last.note)]
    on = zip((join.key.spine.name, day), (key.name for key in keys), strict=True)
    return steps, Part(label, tuple(on))


def _latest(join: LatestJoin, label: str, row: str, as_of: str) -> tuple[list[Step], Part]:
    taken = {column.name for column in join.relation.columns}
    names = Names(taken | {row, as_of})
    event = Named(names.new(f"{join.event.column.name}_at"), Instant(join.event))
    if join.event.column.type == TIMESTAMP:
        event = Named(join.event.column.name, Take(join.event.column))
    known = None
    if join.knowledge is not None:
        known = Named(names.new(f"{join.knowledge.column.name}_known"), Instant(join.knowledge))
    own = [_own_key(key, names) for key in join.keys]
    picked = {key.name: key for key in own}
    picked.setdefault(event.name, event)
    if known is not None:
        picked[known.name] = known
    for column in [t.column for t in join.taken] + [tie.column for tie in join.ties]:
        picked.setdefault(column.name, Named(column.name, Take(column)))
    required = (*(key.value for key in own), present(join.event))
    rows = f"{label}_rows"
    steps = [Step(rows, Pick(join.relation.name, tuple(picked.values()), required))]
    keys = tuple(key.name for key in own)
    ties: tuple[TieOrder, ...] = join.ties
    if ties and known is None:
        carried = tuple(dict.fromkeys([*keys, event.name, *(t.column.name for t in join.taken)]))
        unique = f"{label}_without_ties"
        note = "one row per key and event time: " + ", ".join(
            f"{tie.column.name} {'desc' if tie.descending else 'asc'}" for tie in ties
        )
        steps.append(Step(unique, OneOfTies(rows, carried, keys, event.name, ties), note))
        rows, ties = unique, ()
    latest = Latest(
        spine=SPINE,
        rows=rows,
        row=row,
        keys=tuple((key.spine.name, name) for key, name in zip(join.keys, keys, strict=True)),
        as_of=as_of,
        event=event.name,
        known=known.name if known is not None else None,
        delay=join.spec.delay,
        ttl=join.spec.ttl,
        ties=ties,
        columns=tuple((t.column.name, t.name) for t in join.taken),
        types=tuple(t.column.type for t in join.taken),
        strategy=join.spec.strategy,
    )
    steps.append(Step(label, latest, _latest_note(join)))
    return steps, Part(label, ((row, row),))


def _own_key(key: JoinKey, names: Names) -> Named:
    """The relation's side of a key, under a name of its own where it is of another type."""
    value = as_key(key.other, key.spine.type)
    if isinstance(value, Take):
        return Named(key.other.name, value)
    return Named(names.new(f"{key.other.name}_as_key"), value)


def _latest_note(join: LatestJoin) -> str:
    note = f"the latest row of {join.relation.id} as of each spine row"
    if join.spec.delay:
        note += f", {spell_duration(join.spec.delay)} after its time (delay)"
    if join.spec.ttl is not None:
        note += f", not older than {spell_duration(join.spec.ttl)} (ttl)"
    if join.knowledge is not None:
        note += f", known by then ({join.knowledge.column.name})"
    return note


def _source_and_output(join: ResolvedJoin, taken: Taken) -> tuple[str, str]:
    """A part of latest rows names its columns as the output does; others keep their own names."""
    source = taken.name if isinstance(join, LatestJoin) else taken.column.name
    return source, taken.name

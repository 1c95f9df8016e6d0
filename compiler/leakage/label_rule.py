"""Labels among the features, and knowledge times that a join does not use."""

from __future__ import annotations

from collections.abc import Iterator

from seeknal.compiler.features import Feature
from seeknal.compiler.leakage.bounds import Bounds, columns_read, least_day
from seeknal.compiler.leakage.declared import Declared, declared_of_join, times_below
from seeknal.compiler.leakage.labels import Origin, copies_of, values_below
from seeknal.compiler.leakage.reach import AHEAD_CODE, LABEL_CODE, UNPROVEN_CODE, Reach
from seeknal.compiler.model import (
    DaysJoin,
    JoinKey,
    LatestJoin,
    ResolvedJoin,
    ResolvedTrainingSet,
    Taken,
    WindowsJoin,
)
from seeknal.compiler.records import dataclass


@dataclass(frozen=True, slots=True)
class Unused:
    """A knowledge time that a join leaves out, and where the project names it."""

    knowledge: Declared
    features: tuple[str, ...]


def unused_knowledge(
    bounds: Bounds, join: ResolvedJoin, declared: tuple[Declared, ...]
) -> Iterator[Unused]:
    """What is known of a source's rows only later, by another node, and is joined at once here.

    The other node compares the same event time of the same source with its knowledge time too.
    """
    mine = list(declared_of_join(bounds, join))
    events = {entry.event for entry in mine}
    open_events = {entry.event for entry in mine if entry.knowledge is None}
    for other in declared:
        if other.event in open_events and other.knowledge not in {None, *events}:
            yield Unused(other, tuple(taken.name for taken in join.taken))
            return


def label_reaches(
    bounds: Bounds, node: ResolvedTrainingSet, join: ResolvedJoin
) -> Iterator[tuple[Reach, tuple[str, ...]]]:
    """Features of a join that are made of the label, where the row of the label itself counts.

    That is where the events have the time of the spine's rows and those at the as-of count. A
    label with a knowledge time, or of events with another time, is bounded by that.
    """
    if node.spec.label is None or _knowledge(join):
        return
    label = copies_of(bounds, node.spine.id, node.spec.label.value)
    source, event = _event(join)
    spine_times = times_below(bounds, node.spine.id, node.as_of.column.name)
    if not spine_times & times_below(bounds, source, event):
        return
    found: dict[bool, list[str]] = {}
    for taken in join.taken:
        read = _read(join, taken)
        if any(values_below(bounds, source, column) & label for column in read):
            found.setdefault(_counts_own_row(join, taken), []).append(taken.name)
    for own, names in found.items():
        yield _label_reach(join, own, node.spec.label.value), tuple(names)


def _label_reach(join: ResolvedJoin, own: bool, label: str) -> Reach:
    place = join.spec.ref.place
    if own:
        message = (
            f"made of the label `{label}`, and the event of the spine's own row is among those "
            "that count"
        )
        help = "leave it out, or give the events a `knowledge_time`: when the label was known"
        return Reach(LABEL_CODE, message, place, help)
    message = f"made of the label `{label}` of earlier rows, and when those were known is not said"
    help = "give the events a `knowledge_time`: when the label was known"
    return Reach(UNPROVEN_CODE, message, place, help)


def spine_reaches(bounds: Bounds, node: ResolvedTrainingSet) -> Iterator[tuple[Reach, str]]:
    """Columns of the spine that are made of the label, or by windows that reach ahead.

    The label itself may look ahead; columns that name the row (keys and as-of) are no features.
    """
    if node.spec.label is None:
        return
    name = node.spec.label.value
    label = copies_of(bounds, node.spine.id, name)
    keys = {key.spine.name for join in node.joins for key in _keys(join)}
    place = node.spec.spine.ref.place
    for column in node.spine_columns:
        if column.name in keys or column.name == node.as_of.column.name:
            continue
        if column.name.casefold() == name.casefold():
            continue
        if values_below(bounds, node.spine.id, column.name) & label:
            message = f"`{column.name}` of the spine is made of the label `{name}`"
            help = "leave it out: name the other columns in the spine's `columns:`"
            yield Reach(LABEL_CODE, message, place, help), column.name
        ahead = bounds.of_node(node.spine.id, node.as_of.column.name, {column.name}, False)
        yield from ((reach, column.name) for reach in ahead if reach.code == AHEAD_CODE)


def _knowledge(join: ResolvedJoin) -> bool:
    match join:
        case LatestJoin(knowledge=known):
            return known is not None
        case WindowsJoin(group=group):
            return group.knowledge is not None
    return False


def _event(join: ResolvedJoin) -> Origin:
    match join:
        case LatestJoin(relation=relation, event=event):
            return relation.id, event.column.name
        case WindowsJoin(group=group):
            return group.input.id, group.event.column.name
        case DaysJoin(node=node):
            return node.input.id, node.event.column.name


def _feature(join: WindowsJoin | DaysJoin, taken: Taken) -> Feature:
    features = join.group.features if isinstance(join, WindowsJoin) else join.node.features
    return next(feature for feature in features if feature.name == taken.column.name)


def _read(join: ResolvedJoin, taken: Taken) -> list[str]:
    if isinstance(join, LatestJoin):
        return [taken.column.name]
    return columns_read([_feature(join, taken)])


def _counts_own_row(join: ResolvedJoin, taken: Taken) -> bool:
    match join:
        case LatestJoin():
            return join.spec.delay == 0
        case WindowsJoin(group=group):
            windows = [m.rows.window for m in _feature(join, taken).measures]
            at_once = [w for w in windows if w is not None and not w.offset and not w.calendar]
            return group.inclusive and bool(at_once)
        case DaysJoin():
            return least_day([_feature(join, taken)]) == 0


def _keys(join: ResolvedJoin) -> tuple[JoinKey, ...]:
    return (join.key,) if isinstance(join, DaysJoin) else join.keys

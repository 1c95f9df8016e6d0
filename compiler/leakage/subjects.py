"""What the test on data changes: the sources of a training set, their times and their keys."""

from __future__ import annotations

from seeknal.compiler.leakage.bounds import TIMELESS, Bounds
from seeknal.compiler.leakage.clocks import has_clock
from seeknal.compiler.leakage.declared import own_times, times_below
from seeknal.compiler.leakage.joins import JoinRule
from seeknal.compiler.leakage.labels import copies_of
from seeknal.compiler.leakage.training_set import bounds_of
from seeknal.compiler.model import (
    DaysJoin,
    LatestJoin,
    Model,
    ResolvedJoin,
    ResolvedQuery,
    ResolvedSource,
    ResolvedTrainingSet,
    WindowsJoin,
)
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Column


@dataclass(frozen=True, slots=True)
class Times:
    """When rows of a source happened, and when they were known: SQL over its columns."""

    event: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A column of a source, and the time (SQL over its columns) at which it is not known yet."""

    column: str
    event: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A source that reaches a training set by a join.

    `times` is empty where it has none. `guessed`: the project does not name them, so its columns
    of dates and timestamps are taken, all of them. `keys` pairs its columns with those of the
    spine that a join compares with them, a group a join. `label` is the column that the training
    set's label is a copy of, with the time at which the label of a row is yet unknown: that of the
    spine's rows.
    """

    source: str
    columns: tuple[Column, ...]
    times: tuple[Times, ...]
    guessed: bool
    keys: tuple[tuple[tuple[str, str], ...], ...]
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Subjects:
    """The sources below the joins of a training set, and the nodes between, in run order.

    `clocks` are the nodes whose SQL reads the clock.
    """

    sources: tuple[Subject, ...]
    nodes: tuple[str, ...]
    clocks: tuple[str, ...]


def subjects_of(model: Model, id: str) -> Subjects:
    """What the joins of the training set `id` are made of.

    Event times are those that its own nodes and joins name or compare; knowledge times are those
    that any node of the graph names beside them.
    """
    node = model.nodes[id]
    assert isinstance(node, ResolvedTrainingSet)
    bounds, declared = bounds_of(model, id)
    for join in node.joins:
        JoinRule(bounds, node, join).leaks()
    times: dict[str, dict[str, dict[str, None]]] = {}
    below = _below(model, node)
    for entry in own_times(bounds, node, below):
        times.setdefault(entry.event.source, {}).setdefault(entry.event.expression, {})
    for entry in declared:
        events = times.get(entry.event.source, {})
        if entry.knowledge is not None and entry.event.expression in events:
            events[entry.event.expression][entry.knowledge.expression] = None
    for source, column in sorted(bounds.used):
        events = times.setdefault(source, {})
        known = {expression for expressions in events.values() for expression in expressions}
        if column in _temporal(model, source) and _quoted(column) not in known:
            events.setdefault(_quoted(column), {})
    keys = _keys(bounds, node)
    labels = _labels(bounds, node)
    sources = []
    for other in below:
        resolved = model.nodes[other]
        if isinstance(resolved, ResolvedSource):
            found = times.get(other, {})
            guessed = not found and TIMELESS not in resolved.spec.tags
            if guessed:
                found = {_quoted(name): {} for name in _temporal(model, other)}
            stamps = tuple(Times(event, tuple(known)) for event, known in found.items())
            label = labels.get(other)
            if label is not None and label.event not in found:
                label = None
            pairs = tuple(keys.get(other, ()))
            sources.append(Subject(other, resolved.columns, stamps, guessed, pairs, label))
    clocks = tuple(
        other
        for other in below
        if isinstance(query := model.nodes[other], ResolvedQuery) and has_clock(query.tree)
    )
    nodes = tuple(o for o in below if not isinstance(model.nodes[o], ResolvedSource))
    return Subjects(tuple(sources), nodes, clocks)


def _below(model: Model, node: ResolvedTrainingSet) -> list[str]:
    """The nodes that the joins read, and all upstream of them; the spine only where they do."""
    waiting = [_read(join) for join in node.joins]
    seen: set[str] = set()
    while waiting:
        other = waiting.pop()
        if other not in seen:
            seen.add(other)
            waiting += model.upstream[other]
    return [other for other in model.order if other in seen]


def _read(join: ResolvedJoin) -> str:
    match join:
        case LatestJoin(relation=relation):
            return relation.id
        case WindowsJoin(group=group):
            return group.input.id
        case DaysJoin(node=node):
            return node.input.id


def _labels(bounds: Bounds, node: ResolvedTrainingSet) -> dict[str, Label]:
    """The columns of sources that the label is a plain copy of, where their rows are the spine's:
    the as-of is made of the same time.
    """
    if node.spec.label is None:
        return {}
    times = times_below(bounds, node.spine.id, node.as_of.column.name)
    found = {}
    for owner, column in sorted(copies_of(bounds, node.spine.id, node.spec.label.value)):
        resolved = bounds.nodes[owner]
        own = [time.expression for time in sorted(times) if time.source == owner]
        if isinstance(resolved, ResolvedSource) and own:
            name = next(c.name for c in resolved.columns if c.name.casefold() == column)
            found[owner] = Label(name, own[0])
    return found


def _keys(
    bounds: Bounds, node: ResolvedTrainingSet
) -> dict[str, dict[tuple[tuple[str, str], ...], None]]:
    """For each source the keys of the joins that it reaches whole."""
    found: dict[str, dict[tuple[tuple[str, str], ...], None]] = {}
    for join in node.joins:
        pairs: dict[str, dict[str, str]] = {}
        mine = join_keys(join)
        for spine, other in mine:
            for owner, column in copies_of(bounds, _read(join), other):
                resolved = bounds.nodes[owner]
                if isinstance(resolved, ResolvedSource):
                    name = next(c.name for c in resolved.columns if c.name.casefold() == column)
                    pairs.setdefault(owner, {})[name] = spine
        for owner, columns in pairs.items():
            if len(set(columns.values())) == len({spine for spine, _ in mine}):
                found.setdefault(owner, {})[tuple(sorted(columns.items()))] = None
    return found


def join_keys(join: ResolvedJoin) -> list[tuple[str, str]]:
    """(spine column, column of the relation that is read) pairs of a join."""
    if isinstance(join, DaysJoin):
        return [(join.key.spine.name, join.node.id.name)]
    return [(key.spine.name, key.other.name) for key in join.keys]


def _temporal(model: Model, source: str) -> list[str]:
    return [c.name for c in model.nodes[source].columns if c.type.is_temporal]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

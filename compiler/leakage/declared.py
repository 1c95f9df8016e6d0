"""The times of sources: which of their columns the project calls event and knowledge times."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from seeknal.compiler.findings import Place
from seeknal.compiler.kinds.spec import FeatureGroupSpec
from seeknal.compiler.leakage.bounds import Bounds
from seeknal.compiler.leakage.times import Made, nears
from seeknal.compiler.leakage.views import Source, View, output_names, outputs
from seeknal.compiler.model import (
    DaysJoin,
    LatestJoin,
    Resolved,
    ResolvedDayGrain,
    ResolvedEventGroup,
    ResolvedJoin,
    ResolvedPython,
    ResolvedQuery,
    ResolvedSource,
    ResolvedTrainingSet,
    WindowsJoin,
)
from seeknal.compiler.records import dataclass


@dataclass(frozen=True, slots=True, order=True)
class SourceTime:
    """A time of a source's rows: SQL over its columns, in DuckDB's dialect."""

    source: str
    expression: str


@dataclass(frozen=True, slots=True)
class Declared:
    """What a node or join says of a source's rows: when they happened, when they were known."""

    event: SourceTime
    knowledge: SourceTime | None
    place: Place


def declared_times(
    bounds: Bounds, training_set: ResolvedTrainingSet, above: Collection[str]
) -> tuple[Declared, ...]:
    """The declarations of the nodes `above` a training set, and of its joins.

    When rows of its sources were known counts whoever says so: all nodes and joins are asked.
    """
    found = list(own_times(bounds, training_set, above))
    mine = frozenset[str]().union(*(bounds.sources[id] for id in above))
    for id, node in bounds.nodes.items():
        if id not in above and bounds.sources[id] & mine:
            found += [other for other in _all_of(bounds, node) if other.knowledge is not None]
    return tuple(dict.fromkeys(found))


def own_times(
    bounds: Bounds, training_set: ResolvedTrainingSet, above: Collection[str]
) -> Iterator[Declared]:
    """The declarations of the nodes `above` a training set, and of its joins."""
    for id in above:
        yield from _declared(bounds, *_names(bounds.nodes[id]))
    for join in training_set.joins:
        yield from declared_of_join(bounds, join)


def _all_of(bounds: Bounds, node: Resolved) -> Iterator[Declared]:
    """What a node says, where it speaks of a knowledge time."""
    if isinstance(node, ResolvedTrainingSet):
        for join in node.joins:
            if isinstance(join, LatestJoin) and join.knowledge is not None:
                yield from declared_of_join(bounds, join)
    elif (names := _names(node))[2] is not None:
        yield from _declared(bounds, *names)


def declared_of_join(bounds: Bounds, join: ResolvedJoin) -> Iterator[Declared]:
    """The times that a join compares with the as-of."""
    place = join.spec.ref.place
    match join:
        case LatestJoin(relation=relation, event=event, knowledge=known):
            knowledge = known.column.name if known is not None else None
            yield from _declared(bounds, relation.id, event.column.name, knowledge, place)
        case WindowsJoin(group=group):
            yield from _declared(bounds, *_names(group))
        case DaysJoin(node=node):
            yield from _declared(bounds, *_names(node))


def _names(node: Resolved) -> tuple[str, str | None, str | None, Place]:
    """(node, event time, knowledge time, place) of what a node declares; no event for nothing."""
    match node:
        case ResolvedEventGroup(input=relation, event=event, knowledge=known, spec=spec):
            return relation.id, event.column.name, known.column.name if known else None, spec.place
        case ResolvedDayGrain(input=relation, event=event, spec=spec):
            return relation.id, event.column.name, None, spec.place
        case ResolvedQuery(spec=FeatureGroupSpec() as spec) if spec.event_time is not None:
            known_at = spec.knowledge_time.value if spec.knowledge_time is not None else None
            return spec.id, spec.event_time.value, known_at, spec.place
    return node.spec.id, None, None, node.spec.place


def _declared(
    bounds: Bounds, node: str, event: str | None, knowledge: str | None, place: Place
) -> Iterator[Declared]:
    if event is None:
        return
    known = {t.source: t for t in times_below(bounds, node, knowledge)} if knowledge else {}
    for time in sorted(times_below(bounds, node, event)):
        yield Declared(time, known.get(time.source), place)


def times_below(bounds: Bounds, node: str, column: str) -> frozenset[SourceTime]:
    """The times of sources that a node's column is made of; none where that is not followed."""
    resolved = bounds.nodes[node]
    match resolved:
        case ResolvedSource(columns=columns):
            name = next(c.name for c in columns if c.name.casefold() == column.casefold())
            return frozenset({SourceTime(node, _quoted(name).sql(dialect="duckdb"))})
        case ResolvedQuery():
            view = bounds.view(node)
            if view.root is None:
                return frozenset()
            return _of_scope(bounds, view, view.root, view.position(column))
        case ResolvedDayGrain(input=relation, event=event):
            return times_below(bounds, relation.id, event.column.name)
        case ResolvedEventGroup(input=relation, event=event):
            return times_below(bounds, relation.id, event.column.name)
        case ResolvedTrainingSet(spine=spine, spine_columns=taken):
            if column.casefold() not in {c.name.casefold() for c in taken}:
                return frozenset()
            return times_below(bounds, spine.id, column)
        case ResolvedPython():
            raise TypeError(f"{node} is not among the sources")


def _of_scope(bounds: Bounds, view: View, scope: Scope, position: int) -> frozenset[SourceTime]:
    if isinstance(scope.expression, exp.SetOperation):
        return _all(_of_scope(bounds, view, b, position) for b in scope.set_operation_scopes)
    if not isinstance(scope.expression, exp.Select):
        return frozenset()
    node = outputs(scope)[position]
    time = view.time(scope, node)
    if isinstance(time, Made):
        made = _inlined(bounds, view, scope, time.expression)
        return frozenset({made}) if made is not None else frozenset()
    return _all(
        _of_source(bounds, view, scope.selected_sources[near.table][1], near.column)
        for near in nears(time)
        if near.table in scope.selected_sources
    )


def _of_source(bounds: Bounds, view: View, source: Source, column: str) -> frozenset[SourceTime]:
    if isinstance(source, Scope):
        names = output_names(source)
        return _of_scope(bounds, view, source, names.index(column)) if column in names else _NONE
    relation = view.relation(source)
    return times_below(bounds, relation.id, column) if relation is not None else _NONE


def _inlined(bounds: Bounds, view: View, scope: Scope, node: exp.Expr) -> SourceTime | None:
    """A time that rows make of their own columns, over the columns of their source."""
    copy = node.copy()
    owners: set[str] = set()
    for column in list(copy.find_all(exp.Column)):
        if column.table not in scope.selected_sources:
            return None
        source = scope.selected_sources[column.table][1]
        relation = view.relation(source) if not isinstance(source, Scope) else None
        below = times_below(bounds, relation.id, column.name) if relation is not None else _NONE
        if len(below) != 1:
            return None
        (time,) = below
        owners.add(time.source)
        column.replace(exp.maybe_parse(time.expression, dialect="duckdb"))
    if len(owners) != 1:
        return None
    return SourceTime(owners.pop(), copy.sql(dialect="duckdb"))


def _all(parts: Iterable[frozenset[SourceTime]]) -> frozenset[SourceTime]:
    return frozenset().union(*parts)


def _quoted(name: str) -> exp.Column:
    return exp.Column(this=exp.Identifier(this=name, quoted=True))


_NONE: frozenset[SourceTime] = frozenset()

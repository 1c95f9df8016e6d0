"""Which columns of which nodes each output column is made of."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.features import Feature
from seeknal.compiler.model import (
    Computed,
    DaysJoin,
    LatestJoin,
    ResolvedDayGrain,
    ResolvedEventGroup,
    ResolvedQuery,
    ResolvedSource,
    ResolvedTrainingSet,
    WindowsJoin,
)
from seeknal.compiler.types import Column

Lineage = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def lineage_of(resolved: Computed) -> Lineage:
    """(output column, ((node id, column), …)) pairs, in the order of the output."""
    match resolved:
        case ResolvedSource(columns=columns):
            return tuple((column.name, ()) for column in columns)
        case ResolvedDayGrain():
            return _day_grain(resolved)
        case ResolvedQuery():
            return _query(resolved)
        case ResolvedEventGroup():
            return _event_group(resolved)
        case ResolvedTrainingSet():
            return _training_set(resolved)


def _day_grain(node: ResolvedDayGrain) -> Lineage:
    times = [(node.input.id, node.event.column.name)]
    found: list[tuple[str, tuple[tuple[str, str], ...]]] = []
    if node.spine is not None:
        keys = (node.spine.id.name, node.spine.as_of.column.name)
        found = [(key, ((node.spine.relation.id, key),)) for key in keys]
        times.append((node.spine.relation.id, node.spine.as_of.column.name))
    else:
        names = [column.name for column in node.columns[: -len(node.features) or None]]
        found = [(name, ((node.input.id, name),)) for name in names]
        if node.as_of is not None:
            times.append((node.input.id, node.as_of.column.name))
    for feature in node.features:
        read = {(node.input.id, name): None for name in _read(feature)}
        found.append((feature.name, tuple({**read, **dict.fromkeys(times)})))
    return tuple(found)


def _event_group(node: ResolvedEventGroup) -> Lineage:
    times = [(node.input.id, node.event.column.name)]
    if node.knowledge is not None:
        times.append((node.input.id, node.knowledge.column.name))
    found: list[tuple[str, tuple[tuple[str, str], ...]]] = [
        (key.name, ((node.input.id, key.name),)) for key in node.keys
    ]
    found.append((node.columns[len(node.keys)].name, ()))
    for feature in node.features:
        read = {(node.input.id, name): None for name in _read(feature)}
        found.append((feature.name, tuple({**read, **dict.fromkeys(times)})))
    return tuple(found)


def _training_set(node: ResolvedTrainingSet) -> Lineage:
    """Each feature's own origins, and the spine's keys and time that chose the row."""
    moment = (node.spine.id, node.as_of.column.name)
    found: list[tuple[str, tuple[tuple[str, str], ...]]] = [
        (column.name, ((node.spine.id, column.name),)) for column in node.spine_columns
    ]
    for join in node.joins:
        match join:
            case WindowsJoin(group=group):
                origins = dict(_event_group(group))
            case DaysJoin(node=day_node):
                origins = dict(_day_grain(day_node))
            case LatestJoin(relation=relation, event=event):
                origins = {
                    column.name: ((relation.id, column.name), (relation.id, event.column.name))
                    for column in relation.columns
                }
        for taken in join.taken:
            chosen = dict.fromkeys([*origins[taken.column.name], moment])
            found.append((taken.name, tuple(chosen)))
    return tuple(found)


def _read(feature: Feature) -> list[str]:
    names = []
    for measure in feature.measures:
        if measure.column is not None:
            names.append(measure.column.name)
        names += [a.value.name for a in measure.arguments if isinstance(a.value, Column)]
        if measure.rows.condition is not None:
            names += [column.name for column in measure.rows.condition.columns]
    return names


def _query(query: ResolvedQuery) -> Lineage:
    """By name and position, without following CTEs: every column that the expression mentions.

    A column that only an inner query names is found where an input has it under that name.
    """
    by_name: dict[str, list[tuple[str, str]]] = {}
    for relation in query.inputs:
        for column in relation.columns:
            by_name.setdefault(column.name.casefold(), []).append((relation.id, column.name))
    inner: dict[str, set[str]] = {}
    for alias in query.tree.find_all(exp.Alias):
        names = {column.name.casefold() for column in alias.this.find_all(exp.Column)}
        inner.setdefault(alias.alias.casefold(), set()).update(names)

    def origins(name: str, seen: frozenset[str]) -> set[str]:
        if name in seen:
            return set()
        through = inner.get(name)
        if through is None:
            return {name}
        found = {name} if name in by_name and name in through else set()
        for part in through:
            found |= {part} if part == name else origins(part, seen | {name})
        return found

    result = []
    for column in query.columns:
        sources = [
            pair
            for name in sorted(origins(column.name.casefold(), frozenset()))
            for pair in by_name.get(name, ())
        ]
        result.append((column.name, tuple(dict.fromkeys(sources))))
    return tuple(result)

"""The findings of one training set."""

from __future__ import annotations

from dataclasses import replace

from seeknal.compiler.durations import spell_duration
from seeknal.compiler.findings import Finding, Place, Severity
from seeknal.compiler.leakage.bounds import Bounds
from seeknal.compiler.leakage.declared import Declared, declared_times
from seeknal.compiler.leakage.joins import JoinRule, Leak
from seeknal.compiler.leakage.label_rule import label_reaches, spine_reaches, unused_knowledge
from seeknal.compiler.leakage.reach import KNOWLEDGE_CODE, UNPROVEN_CODE
from seeknal.compiler.model import (
    DaysJoin,
    LatestJoin,
    Model,
    ResolvedJoin,
    ResolvedSource,
    ResolvedTrainingSet,
    WindowsJoin,
)


def findings_of(model: Model, id: str) -> list[Finding]:
    """The findings of the training set `id`, in the order of its joins, each once."""
    node = model.nodes[id]
    assert isinstance(node, ResolvedTrainingSet)
    bounds, declared = bounds_of(model, id)
    found: list[Finding] = []
    for join in node.joins:
        leaks = _proven_first(JoinRule(bounds, node, join).leaks())
        found += [_of_leak(leak, node, join) for leak in leaks]
        found += _of_knowledge(bounds, node, join, declared)
        for reach, names in label_reaches(bounds, node, join):
            verb = "is" if len(names) == 1 else "are"
            message = f"{_names(names)} of `{id}` {verb} {reach.message}"
            found.append(_warning(reach.code, message, reach.place, reach.help, ()))
    for reach, name in spine_reaches(bounds, node):
        related = ((node.spec.spine.ref.place, f"the spine of `{id}`, with `{name}`"),)
        at_spine = reach.place == node.spec.spine.ref.place
        found.append(
            _warning(
                reach.code, reach.message, reach.place, reach.help, () if at_spine else related
            )
        )
    return list(dict.fromkeys(found))


def _proven_first(leaks: list[Leak]) -> list[Leak]:
    """Without what is not proven at a place where a leak is."""
    proven = {leak.reach.place for leak in leaks if leak.reach.code != UNPROVEN_CODE}
    return [k for k in leaks if k.reach.code != UNPROVEN_CODE or k.reach.place not in proven]


def bounds_of(model: Model, id: str) -> tuple[Bounds, tuple[Declared, ...]]:
    """The nodes above a training set, and what they say of the times of sources."""
    node = model.nodes[id]
    assert isinstance(node, ResolvedTrainingSet)
    sources: dict[str, frozenset[str]] = {}
    for other in model.order:
        if isinstance(model.nodes[other], ResolvedSource):
            sources[other] = frozenset({other})
        else:
            sources[other] = frozenset().union(*(sources[up] for up in model.upstream[other]))
    bounds = Bounds(model.nodes, sources, node.spine.id)
    declared = declared_times(bounds, node, _above(model, id))
    timed = {time.event.source for time in declared}
    return replace(bounds, timed=frozenset(timed)), declared


def _above(model: Model, id: str) -> list[str]:
    seen: set[str] = set()
    waiting = list(model.upstream[id])
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += model.upstream[node]
    return [node for node in model.order if node in seen]


def _of_leak(leak: Leak, node: ResolvedTrainingSet, join: ResolvedJoin) -> Finding:
    if leak.reach.ahead is not None:
        return _at_join(leak, node, join)
    return _warning(
        leak.reach.code,
        f"{leak.reach.message}; this concerns {_names(leak.features)} of `{node.spec.id}`",
        leak.reach.place,
        leak.help,
        ((join.spec.ref.place, f"`{node.spec.id}` joins it here"),),
    )


def _at_join(leak: Leak, node: ResolvedTrainingSet, join: ResolvedJoin) -> Finding:
    reach = leak.reach
    message = reach.message
    if reach.ahead is not None:
        message = (
            f"{_names(leak.features)} of `{node.spec.id}` may hold what happens up to "
            f"{spell_duration(reach.ahead)} after the event time: {message}"
        )
    related = (
        ((reach.place, "its rows are made here"),) if reach.place != join.spec.ref.place else ()
    )
    return _warning(reach.code, message, join.spec.ref.place, leak.help, related)


def _of_knowledge(
    bounds: Bounds, node: ResolvedTrainingSet, join: ResolvedJoin, declared: tuple[Declared, ...]
) -> list[Finding]:
    found = []
    for unused in unused_knowledge(bounds, join, declared):
        known = unused.knowledge.knowledge
        assert known is not None
        found.append(
            _warning(
                KNOWLEDGE_CODE,
                f"rows of `{known.source}` are known only at `{_bare(known.expression)}`, which "
                f"this join does not use: {_names(unused.features)} of `{node.spec.id}` may hold "
                "rows that were not known yet",
                join.spec.ref.place,
                _knowledge_help(join, _bare(known.expression)),
                ((unused.knowledge.place, "it is named as knowledge time here"),),
            )
        )
    return found


def _knowledge_help(join: ResolvedJoin, column: str) -> str:
    match join:
        case LatestJoin():
            if any(other.name == column for other in join.relation.columns):
                return f"add `knowledge_time: {column}` to the join, or make it the event time"
            return f"compute `{join.relation.id}` by `{column}`, or join it that much later"
        case WindowsJoin():
            return f"add `knowledge_time: {column}` to the feature group"
        case DaysJoin():
            return (
                f"count days by `{column}`, or use a feature group with `knowledge_time: {column}`"
            )


def _warning(
    code: str,
    message: str,
    place: Place,
    help: str,
    related: tuple[tuple[Place, str], ...],
) -> Finding:
    return Finding(code, message, place, help, related, Severity.WARNING)


def _bare(expression: str) -> str:
    inner = expression[1:-1]
    return inner if expression == f'"{inner}"' and '"' not in inner else expression


def _names(features: tuple[str, ...]) -> str:
    """Three names at most."""
    shown = ", ".join(f"`{name}`" for name in features[:3])
    return shown if len(features) <= 3 else f"{shown} and {len(features) - 3} more"

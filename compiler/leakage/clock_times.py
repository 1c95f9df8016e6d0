"""Whether the time of a node's rows is the clock's: then it says nothing of when they were true."""

from __future__ import annotations

from seeknal.compiler.leakage.bounds import Bounds
from seeknal.compiler.leakage.clocks import has_clock
from seeknal.compiler.leakage.opaque import as_sources
from seeknal.compiler.leakage.reach import EVENT_CLOCK_CODE
from seeknal.compiler.model import Model, ResolvedQuery


def is_clock_time(model: Model, node: str, column: str) -> bool:
    """True where `column` of a node, as the time of its rows, is read from the clock.

    That is so also where a node above reads it. What a function returns is not looked into.
    """
    above = {node, *_above(model, node)}
    queries = (model.nodes.get(id) for id in above)
    if not any(isinstance(query, ResolvedQuery) and has_clock(query.tree) for query in queries):
        return False
    bounds = Bounds(as_sources(model).nodes, _sources(model, above))
    reaches = bounds.of_node(node, column, (), rows=False)
    return any(reach.code == EVENT_CLOCK_CODE for reach in reaches)


def _above(model: Model, node: str) -> set[str]:
    seen: set[str] = set()
    waiting = [*model.upstream[node]]
    while waiting:
        above = waiting.pop()
        if above not in seen:
            seen.add(above)
            waiting += model.upstream[above]
    return seen


def _sources(model: Model, nodes: set[str]) -> dict[str, frozenset[str]]:
    """What each of the nodes is made of: those among them that read nothing."""
    found: dict[str, frozenset[str]] = {}
    for id in model.order:
        if id in nodes:
            above = [found[up] for up in model.upstream[id] if up in found]
            found[id] = frozenset().union(*above) if above else frozenset({id})
    return found

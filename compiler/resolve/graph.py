"""The order of nodes: an edge for every reference, no cycles, no references to nothing."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping

from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import Spec
from seeknal.compiler.suggest import suggest


def edges(
    specs: Mapping[str, Spec],
    bad: Collection[str],
    skipped: Mapping[str, Place],
    findings: Findings,
) -> dict[str, tuple[str, ...]]:
    """The ids each node reads, in the order of its spec; an unknown id is a finding.

    `bad` are ids of nodes with errors of their own: a reference to one adds no finding. `skipped`
    are nodes of kinds that are not run, and where they stand.
    """
    upstream: dict[str, tuple[str, ...]] = {}
    for spec in specs.values():
        known: dict[str, None] = {}
        for entry in spec.inputs:
            if entry.ref.value in specs:
                known[entry.ref.value] = None
                continue
            if entry.ref.value in bad:
                continue
            if entry.ref.value in skipped:
                findings.error(
                    "skipped-input",
                    f"`{entry.ref}` is of a kind that is not run, so nothing can read it",
                    entry.ref.place,
                    help="read a node of another kind",
                    related=[(skipped[entry.ref.value], "the node is here")],
                )
                continue
            findings.error(
                "unknown-node",
                f"there is no node `{entry.ref}`",
                entry.ref.place,
                help=suggest(entry.ref.value, [*specs, *bad], "nodes"),
            )
        upstream[spec.id] = tuple(known)
    return upstream


def run_order(
    specs: Mapping[str, Spec], upstream: Mapping[str, tuple[str, ...]], findings: Findings
) -> tuple[str, ...]:
    """Kahn's order, ready nodes by id; nodes of a cycle are a finding and left out."""
    waiting = {node: len(upstream[node]) for node in specs}
    readers = downstream_of(upstream)
    ready = [node for node, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        node = heapq.heappop(ready)
        order.append(node)
        for reader in readers.get(node, ()):
            waiting[reader] -= 1
            if waiting[reader] == 0:
                heapq.heappush(ready, reader)
    if len(order) < len(specs):
        _report_cycle(specs, upstream, set(specs) - set(order), findings)
    return tuple(order)


def downstream_of(upstream: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The edges the other way round, readers sorted by id."""
    readers: dict[str, list[str]] = {node: [] for node in upstream}
    for node in sorted(upstream):
        for source in upstream[node]:
            readers.setdefault(source, []).append(node)
    return {node: tuple(found) for node, found in readers.items()}


def _report_cycle(
    specs: Mapping[str, Spec],
    upstream: Mapping[str, tuple[str, ...]],
    left: set[str],
    findings: Findings,
) -> None:
    node = min(left)
    path: list[str] = []
    while node not in path:
        path.append(node)
        node = min(source for source in upstream[node] if source in left)
    cycle = [*path[path.index(node) :], node]
    start = specs[cycle[0]]
    findings.error(
        "cycle",
        f"nodes read each other in a circle: {' → '.join(reversed(cycle))}",
        start.place,
        help="one of them must not read the next",
    )

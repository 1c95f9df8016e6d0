"""Whether a feature is made of the label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from seeknal.compiler.leakage.bounds import Bounds, columns_read
from seeknal.compiler.leakage.views import Source, View, output_names, outputs
from seeknal.compiler.model import (
    Resolved,
    ResolvedDayGrain,
    ResolvedEventGroup,
    ResolvedQuery,
    ResolvedTrainingSet,
)

Origin = tuple[str, str]


def copies_of(bounds: Bounds, node: str, column: str) -> frozenset[Origin]:
    """The column and every column upstream that it is a plain copy of; names are folded."""
    found = {(node, column.casefold())}
    resolved = bounds.nodes[node]
    if isinstance(resolved, ResolvedQuery):
        view = bounds.view(node)
        if view.root is not None:
            for origin in _direct(view, view.root, view.position(column), copies=True):
                found |= copies_of(bounds, *origin)
    else:
        for origin in _key(resolved, column):
            found |= copies_of(bounds, *origin)
    return frozenset(found)


def values_below(bounds: Bounds, node: str, column: str) -> frozenset[Origin]:
    """The column and every column upstream that its value is computed from; names are folded."""
    seen: set[Origin] = set()
    waiting = [(node, column.casefold())]
    while waiting:
        origin = waiting.pop()
        if origin not in seen:
            seen.add(origin)
            waiting += [(n, c.casefold()) for n, c in _origins(bounds, *origin)]
    return frozenset(seen)


def _origins(bounds: Bounds, node: str, column: str) -> Iterable[Origin]:
    resolved = bounds.nodes[node]
    if isinstance(resolved, ResolvedQuery):
        view = bounds.view(node)
        if view.root is None:
            return ()
        return _direct(view, view.root, view.position(column), copies=False)
    if isinstance(resolved, ResolvedDayGrain | ResolvedEventGroup):
        features = [f for f in resolved.features if f.name.casefold() == column]
        if features:
            return [(resolved.input.id, name) for name in columns_read(features)]
    return _key(resolved, column)


def _key(node: Resolved, column: str) -> Iterator[Origin]:
    """The origin of a column that a node passes on."""
    folded = column.casefold()
    match node:
        case ResolvedDayGrain():
            names = {node.id.name, node.event.column.name, *(c.name for c in node.group_by)}
            names |= {node.as_of.column.name} if node.as_of is not None else set()
            owner = node.spine.relation.id if node.spine is not None else node.input.id
            if node.spine is not None:
                names = {node.spine.id.name, node.spine.as_of.column.name}
            yield from ((owner, name) for name in names if name.casefold() == folded)
        case ResolvedEventGroup():
            yield from ((node.input.id, k.name) for k in node.keys if k.name.casefold() == folded)
        case ResolvedTrainingSet():
            names = {c.name for c in node.spine_columns}
            yield from ((node.spine.id, name) for name in names if name.casefold() == folded)


def _direct(view: View, scope: Scope, position: int, *, copies: bool) -> Iterator[Origin]:
    """The columns of relations that an output is computed from, or is a `copies` of."""
    if isinstance(scope.expression, exp.SetOperation):
        for branch in scope.set_operation_scopes:
            yield from _direct(view, branch, position, copies=copies)
        return
    if position >= len(outputs(scope)):
        return
    node = outputs(scope)[position]
    if copies:
        while isinstance(node, exp.Alias | exp.Paren):
            node = node.this
        columns = _copied(node)
    else:
        columns = list(node.find_all(exp.Column))
    for column in columns:
        source = scope.sources.get(column.table)
        if source is not None:
            yield from _from(view, source, column.name, copies=copies)


def _copied(node: exp.Expr) -> list[exp.Column]:
    """The columns that a value is a copy of: several where USING makes one of both sides."""
    parts = [node.this, *node.expressions] if isinstance(node, exp.Coalesce) else [node]
    columns = [part for part in parts if isinstance(part, exp.Column)]
    same = len(columns) == len(parts) and len({column.name for column in columns}) == 1
    return columns if same else []


def _from(view: View, source: Source, column: str, *, copies: bool) -> Iterator[Origin]:
    if isinstance(source, Scope):
        names = output_names(source)
        if column in names:
            yield from _direct(view, source, names.index(column), copies=copies)
    elif (relation := view.relation(source)) is not None:
        yield relation.id, column

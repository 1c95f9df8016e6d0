"""What functions return, taken for what it is here: rows from outside, which nothing follows."""

from __future__ import annotations

from dataclasses import replace

from seeknal.compiler.kinds.spec import SourceSpec, Spec
from seeknal.compiler.model import Model, Resolved, ResolvedPython, ResolvedSource
from seeknal.compiler.relation_names import returned_by


def as_sources(model: Model) -> Model:
    """The graph of what is known, each function in it a source without anything above it.

    Such a source keeps the kind of its node. Of a node that SQL makes of what its function
    returns, the id of the latter (`returned_by`) is a node of its own.
    """
    if not model.functions and not model.waiting:
        return model
    nodes: dict[str, Resolved] = {}
    upstream: dict[str, tuple[str, ...]] = {}
    for id in model.order:
        resolved = model.nodes.get(id)
        function = model.functions.get(id)
        if resolved is None or (function is not None and function.returned is None):
            continue
        nodes[id] = resolved
        upstream[id] = model.upstream[id]
        if function is not None:
            own = id if isinstance(resolved, ResolvedPython) else returned_by(id)
            if own != id:
                upstream[id] = (own,)
            nodes[own] = _source(function.spec, function)
            upstream[own] = ()
    order = tuple(id for node in model.order for id in (returned_by(node), node) if id in nodes)
    return replace(model, nodes=nodes, order=order, upstream=upstream)


def _source(spec: Spec, function: ResolvedPython) -> ResolvedSource:
    place = function.function.code.place
    source = SourceSpec(kind=spec.kind, name=spec.name, place=place, format="relation")
    return ResolvedSource(source, "", function.columns, declared=True)

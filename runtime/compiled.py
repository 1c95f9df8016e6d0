"""From a compilation to the workflow that the runtime runs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from seeknal.compiler.kinds.spec import EventGroupSpec, FeatureGroupSpec, SourceSpec, Spec
from seeknal.runtime.workflow import DataFile, Node, Workflow

if TYPE_CHECKING:
    from seeknal.compiler.build import Compilation

_OWN_FIELDS = ("kind", "name", "description", "owner", "tags")


def workflow_of(compilation: Compilation) -> Workflow:
    """The nodes of a compiled project, with what the runtime needs of their specs."""
    return Workflow(
        root=compilation.root,
        project=compilation.project.name,
        nodes={id: _node(compilation, id) for id in compilation.order},
        order=compilation.order,
        upstream=compilation.upstream,
        downstream=compilation.downstream,
    )


def _node(compilation: Compilation, node_id: str) -> Node:
    spec = compilation.project.specs[node_id]
    data = compilation.project.documents[node_id].data
    return Node(
        artifact=compilation.artifacts[node_id],
        place=spec.place,
        description=spec.description,
        owner=spec.owner,
        tags=spec.tags,
        file=_data_file(compilation, spec),
        sidecar=_sidecar(spec),
        config={key: value for key, value in data.items() if key not in _OWN_FIELDS},
        guarded=partial(compilation.guarded, node_id),
        adapted=partial(compilation.adapted, node_id),
    )


def _data_file(compilation: Compilation, spec: Spec) -> DataFile | None:
    path = compilation.source_path(spec.id)
    if not isinstance(spec, SourceSpec) or spec.table is None or not path:
        return None
    return DataFile(path, spec.table.place(0, max(1, len(spec.table.value))))


def _sidecar(spec: Spec) -> Mapping[str, object] | None:
    if not isinstance(spec, FeatureGroupSpec | EventGroupSpec):
        return None
    # What is computed from events has the time that it is as of, not the events' own.
    named = spec.event_time if isinstance(spec, FeatureGroupSpec) else None
    return {
        "entity_name": spec.entity,
        "join_keys": [key.value for key in spec.join_keys],
        "event_time_col": named.value if named else "event_time",
    }

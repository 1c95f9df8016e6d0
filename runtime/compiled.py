"""From a compilation to the workflow that the runtime runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from seeknal.compiler.artifact import Artifact
from seeknal.compiler.kinds.spec import (
    EventGroupSpec,
    FeatureGroupSpec,
    PythonCode,
    SourceSpec,
    Spec,
)
from seeknal.compiler.model import ResolvedPython, ResolvedQuery
from seeknal.runtime.python.call import Served
from seeknal.runtime.workflow import DataFile, Function, Node, Workflow

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
        config=compilation.project.config,
        params=compilation.params,
        serve=partial(served, compilation),
    )


def _node(compilation: Compilation, node_id: str) -> Node:
    spec = compilation.project.specs[node_id]
    data = compilation.project.documents[node_id].data
    function = compilation.model.functions.get(node_id)
    artifact = compilation.artifacts.get(node_id)
    return Node(
        artifact=artifact or _without_sql(compilation, spec),
        place=spec.place,
        description=spec.description,
        owner=spec.owner,
        tags=spec.tags,
        file=_data_file(compilation, spec),
        sidecar=_sidecar(compilation, spec),
        config={key: value for key, value in data.items() if key not in _OWN_FIELDS},
        function=_function(compilation, function) if function is not None else None,
        hooks=tuple(_hook(compilation, code) for code in spec.hooks),
        waits=compilation.model.waiting.get(node_id, ""),
        form=partial(compilation.form, node_id) if compilation.may_have_form(node_id) else None,
    )


def _without_sql(compilation: Compilation, spec: Spec) -> Artifact:
    """What stands for the SQL of a node that has none, or none yet."""
    resolved = compilation.model.nodes.get(spec.id)
    return Artifact(
        id=spec.id,
        kind=spec.kind,
        name=spec.name,
        file=spec.place.file,
        dialect=compilation.dialect,
        sql="",
        columns=resolved.columns if resolved is not None else (),
        inputs=compilation.upstream[spec.id],
        digest="",
    )


def _function(compilation: Compilation, resolved: ResolvedPython) -> Function:
    own, code = resolved.params, resolved.function.code
    return Function(
        code=code,
        digest=_digest(code, compilation.params, own),
        params=own,
        schema=resolved.function.schema,
        output=resolved.function.output,
        timeout=resolved.function.timeout,
    )


def _hook(compilation: Compilation, code: PythonCode) -> Function:
    return Function(code=code, digest=_digest(code, compilation.params, {}), output=False)


def _digest(code: PythonCode, params: Mapping[str, object], own: Mapping[str, object]) -> str:
    """A digest of the code, the packages it asks for, and the parameters that it can see.

    `own` go before `params`. Where it may read any parameter, the name of the run is left out: it
    is another every time.
    """
    params = {**params, **own}
    if code.parameters is None:
        read = {name: value for name, value in params.items() if name != "run_id"}
    else:
        read = {name: params[name] for name in code.parameters if name in params}
    parts = [
        code.digest,
        [text.value for text in code.dependencies],
        code.requires_python,
        {**read, **own},
    ]
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def served(compilation: Compilation, group: str) -> tuple[Served, tuple[str, ...]] | None:
    """How a feature group is computed as of any rows, and the ids of the nodes that this reads.

    None for a group that cannot be.
    """
    from seeknal.compiler.dialects.duckdb import type_name
    from seeknal.compiler.serving import AS_OF, PLACE, SPINE, serve

    found = serve(compilation, group)
    if found is None:
        return None
    serving = Served(
        sql=found.sql,
        spine_relation=SPINE,
        keys=tuple(key.name for key in found.keys),
        types=tuple(type_name(key.type) for key in found.keys),
        as_of=AS_OF,
        place=PLACE,
        features=found.features,
    )
    return serving, found.inputs


def _data_file(compilation: Compilation, spec: Spec) -> DataFile | None:
    path = compilation.source_path(spec.id)
    if not isinstance(spec, SourceSpec) or spec.table is None or not path:
        return None
    return DataFile(path, spec.table.place(0, max(1, len(spec.table.value))))


def _sidecar(compilation: Compilation, spec: Spec) -> Mapping[str, object] | None:
    """What readers of a feature group have to know of it, without what does not hold."""
    if not isinstance(spec, FeatureGroupSpec | EventGroupSpec):
        return None
    found: dict[str, object] = {
        "entity_name": spec.entity or None,
        "join_keys": [key.value for key in spec.join_keys],
        # What is computed from events has the time that it is as of, not the events' own.
        "event_time_col": "event_time",
    }
    if isinstance(spec, FeatureGroupSpec):
        if spec.event_time is not None or spec.call is not None:
            found["event_time_col"] = spec.event_time.value if spec.event_time else None
        if _is_clock_time(compilation, spec):
            found["event_time_is_clock"] = True
        if spec.knowledge_time is not None:
            found["knowledge_time_col"] = spec.knowledge_time.value
    return found


def _is_clock_time(compilation: Compilation, spec: FeatureGroupSpec) -> bool:
    if spec.event_time is None or not isinstance(
        compilation.model.nodes.get(spec.id), ResolvedQuery
    ):
        return False
    from seeknal.compiler.leakage.clock_times import is_clock_time

    return is_clock_time(compilation.model, spec.id, spec.event_time.value)

"""A node's function, or a hook: from the workflow to the call, from its failure to a finding."""

from __future__ import annotations

import linecache
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal.compiler.findings import Finding, Place
from seeknal.runtime.paths import Target
from seeknal.runtime.python.call import Call, Served
from seeknal.runtime.python.errors import PythonFailed
from seeknal.runtime.python.prints import OnLine
from seeknal.runtime.state import Output
from seeknal.runtime.workflow import Function, Node, Workflow

if TYPE_CHECKING:
    import pyarrow as pa


def call_function(
    node: Node,
    function: Function,
    workflow: Workflow,
    outputs: Mapping[str, Output],
    readable: Mapping[str, Output],
    on_line: OnLine,
) -> pa.Table | None:
    """What a function of `node` returns. Raises PythonFailed.

    `outputs` are those that it may read, `readable` all that are upstream of it.
    """
    from seeknal.runtime.python.outcome import outcome

    target = Target(workflow.root)
    call = call_of(node, function, workflow, outputs, readable)
    return outcome(call, on_line, target.scratch / "call")


def call_of(
    node: Node,
    function: Function,
    workflow: Workflow,
    outputs: Mapping[str, Output],
    readable: Mapping[str, Output],
) -> Call:
    """The call of a function: the files of its inputs, and what else its context answers."""
    root = workflow.root
    entities = _entities(function, workflow, outputs)
    served, read = served_groups(workflow, [id for ids in entities.values() for id in ids])
    code = function.code
    return Call(
        node_id=node.id,
        file=root / code.file,
        function=code.function,
        root=root,
        target=Target(root).folder,
        params={**workflow.params, **function.params},
        inputs={
            id: root / output.stamp.path
            for id, output in outputs.items()
            if workflow.nodes[id].has_rows
        },
        sidecars={
            id: sidecar for id in outputs if (sidecar := workflow.nodes[id].sidecar) is not None
        },
        below={id: root / readable[id].stamp.path for id in read if id in readable},
        served=served,
        entities=entities,
        meta=_meta(node, outputs),
        config=workflow.config,
        output=function.output,
        timeout=function.timeout,
        dependencies=tuple(text.value for text in code.dependencies),
        requires_python=code.requires_python,
    )


def served_groups(workflow: Workflow, groups: Iterable[str]) -> tuple[dict[str, Served], list[str]]:
    """How to compute feature groups as of any rows, and the ids of all nodes that this reads."""
    served: dict[str, Served] = {}
    read: dict[str, None] = {}
    for group in dict.fromkeys(groups):
        if workflow.serve is not None and (found := workflow.serve(group)) is not None:
            served[group], ids = found
            read |= dict.fromkeys(ids)
    return served, list(read)


def failure(node: Node, function: Function, root: Path, failed: PythonFailed) -> Finding:
    """What to report of a function that failed, at its line where that is known."""
    code = function.code
    place = _line(root, code.file, failed.line) if failed.line else code.place
    what = "" if function is node.function else f"the post-hook `{code.function}`: "
    return Finding(failed.code, what + failed.message, place, failed.help or None)


def _line(root: Path, file: str, number: int) -> Place:
    """All of a line but the space around it."""
    text = linecache.getline(str(root / file), number)
    return Place(file, number, len(text) - len(text.lstrip()) + 1, max(len(text.strip()), 1))


def _entities(
    function: Function, workflow: Workflow, outputs: Mapping[str, Output]
) -> dict[str, tuple[str, ...]]:
    """The feature groups, among those that the function may read, of each entity.

    A helper in another file may ask for an entity, so those that the function does not name are
    among them; one that it names is there even where it has no group.
    """
    found: dict[str, tuple[str, ...]] = {text.value: () for text in function.code.entities}
    for id in outputs:
        entity = (workflow.nodes[id].sidecar or {}).get("entity_name")
        if entity:
            found[str(entity)] = (*found.get(str(entity), ()), id)
    return found


def _meta(node: Node, outputs: Mapping[str, Output]) -> Mapping[str, object]:
    """What a function may note of where its rows come from."""
    return {
        "id": node.id,
        "description": node.description,
        "owner": node.owner,
        "tags": list(node.tags),
        "config": dict(node.config or {}),
        "digests": {
            "sql": node.artifact.digest,
            "code": node.code_digest,
            "data": {id: output.sha256 for id, output in outputs.items()},
            "data_sql": {id: output.sql for id, output in outputs.items() if output.sql},
        },
    }

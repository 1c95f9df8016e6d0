"""The published results of a project, for a program of its own: a notebook, or a served model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from seeknal.compiler.build import Options, compile_project
from seeknal.runtime.call_node import served_groups
from seeknal.runtime.compiled import workflow_of
from seeknal.runtime.paths import Target
from seeknal.runtime.python.call import Call
from seeknal.runtime.python.context import PipelineContext
from seeknal.runtime.state import load_state


def open_context(
    project: str | Path,
    params: Mapping[str, object] | None = None,
    run_date: date | None = None,
) -> PipelineContext:
    """A context that reads every result of the project at `project`, as it was last published.

    `params` and `run_date` (UTC, today where left out) are those of a run. Raises CompileFailed
    for a project with errors, UnreadableState for a state that is none.
    """
    root = Path(project).resolve()
    overrides = dict(params or {})
    day = run_date or datetime.now(UTC).date()
    compilation = compile_project(root, Options(run_date=day, overrides=overrides, wait=True))
    workflow = workflow_of(compilation)
    target = Target(root)
    state = load_state(target.state)
    files = {
        id: root / output.stamp.path
        for id, node in workflow.nodes.items()
        if node.has_rows
        and (output := state.output(id)) is not None
        and (root / output.stamp.path).exists()
    }
    entities: dict[str, tuple[str, ...]] = {}
    sidecars = {}
    for id in files:
        sidecar = workflow.nodes[id].sidecar
        if sidecar is not None:
            sidecars[id] = sidecar
            if entity := sidecar.get("entity_name"):
                entities[str(entity)] = (*entities.get(str(entity), ()), id)
    served, _ = served_groups(workflow, [id for ids in entities.values() for id in ids])
    return PipelineContext(
        Call(
            node_id=f"project.{workflow.project}",
            file=root / "seeknal_project.yml",
            function="",
            root=root,
            target=target.folder,
            params=compilation.params,
            inputs=files,
            sidecars=sidecars,
            served=served,
            entities=entities,
            config=workflow.config,
            output=False,
        )
    )

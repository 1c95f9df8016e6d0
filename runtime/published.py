"""What was published last, for commands that read results and make none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from seeknal.compiler.findings import CompileFailed, Finding
from seeknal.runtime.paths import Target
from seeknal.runtime.state import Output, RunState, UnreadableState, load_state
from seeknal.runtime.workflow import Workflow


def known_state(root: Path) -> RunState:
    """The state of the project at `root`; an empty one where there is none that can be read."""
    try:
        return load_state(Target(root).state)
    except UnreadableState:
        return RunState()


def published(workflow: Workflow, state: RunState, ids: Iterable[str]) -> dict[str, Output]:
    """The last outputs of those of `ids` that have one which is still there."""
    found = {}
    for id in ids:
        output = state.output(id)
        if output is not None and (workflow.root / output.stamp.path).exists():
            found[id] = output
    return found


def stop_where_lacking(
    node: str, workflow: Workflow, found: Mapping[str, object], needed: Iterable[str]
) -> None:
    """Raise CompileFailed where a node that `node` reads has no published rows."""
    lacking = [id for id in needed if id not in found and workflow.nodes[id].has_rows]
    if not lacking:
        return
    names = ", ".join(f"`{id}`" for id in lacking)
    verb = "has" if len(lacking) == 1 else "have"
    finding = Finding(
        "no-results",
        f"`{node}` reads {names}, which {verb} no published rows",
        workflow.nodes[node].place,
        f"`seeknal run --nodes {','.join(lacking)}` publishes them",
    )
    raise CompileFailed([finding])

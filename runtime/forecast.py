"""What a run would do, without running: the steps of `seeknal plan` and `run --dry-run`."""

from __future__ import annotations

from dataclasses import dataclass

from seeknal.runtime.changes import Changes
from seeknal.runtime.selection import Selection
from seeknal.runtime.state import RunState
from seeknal.runtime.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Step:
    """A node of the plan: `action` is RUN, CACHED or SKIPPED, `reason` says why."""

    id: str
    action: str
    reason: str


def forecast(workflow: Workflow, selection: Selection, state: RunState) -> tuple[Step, ...]:
    """The steps of a run of `selection`.

    A node below one that runs is expected to run; the run itself leaves it alone where the new
    input turns out to be the same as the old one.
    """
    changes = Changes(workflow, state, stale=set(selection.forced))
    steps = []
    skipped: dict[str, str] = {}
    for id in selection.order:
        blocked = blocked_by(id, workflow, selection, changes, skipped)
        if blocked:
            skipped[id] = "is skipped"
            steps.append(Step(id, "SKIPPED", blocked))
        elif id in selection.forced:
            steps.append(Step(id, "RUN", selection.forced[id]))
        elif reason := changes.reason(id):
            steps.append(Step(id, "RUN", reason))
        else:
            steps.append(Step(id, "CACHED", ""))
    return tuple(steps)


def blocked_by(
    node_id: str,
    workflow: Workflow,
    selection: Selection,
    changes: Changes,
    unavailable: dict[str, str],
) -> str | None:
    """Why a node cannot run: an upstream has no current output and will not get one.

    `unavailable` maps nodes to what became of them: "failed", "was skipped".
    """
    for id in workflow.upstream[node_id]:
        if id in unavailable:
            return f"{id} {unavailable[id]}"
        if id in selection.excluded and changes.current(id) is None:
            return f"{id} is excluded and has no current output"
    return None

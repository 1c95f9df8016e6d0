"""The functions of a run: what each is called with, and the plan anew after what it returned."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seeknal.compiler.discover import learn
from seeknal.compiler.findings import CompileFailed, Finding, Severity
from seeknal.runtime.call_node import call_function, failure
from seeknal.runtime.changes import Changes
from seeknal.runtime.execute import NodeFailed
from seeknal.runtime.paths import Target
from seeknal.runtime.python.errors import PythonFailed
from seeknal.runtime.python.prints import OnLine
from seeknal.runtime.python.state import settle_state
from seeknal.runtime.state import Output
from seeknal.runtime.workflow import Function, Node, Workflow

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Replanned:
    """The workflow to go on with.

    `unplanned` nodes fail, for they do not compile any more; `held` nodes are passed over, as
    others stand in the way of their plan. Both say why.
    """

    workflow: Workflow
    unplanned: Mapping[str, Finding] = field(default_factory=dict)
    held: Mapping[str, str] = field(default_factory=dict)


def call_in_run(
    node: Node,
    function: Function,
    workflow: Workflow,
    changes: Changes,
    outputs: Mapping[str, Output],
    on_line: OnLine,
) -> pa.Table | None:
    """What a function of `node` returns; it may read `outputs`. Raises NodeFailed."""
    # What an interrupted run may have left.
    settle(node, workflow, succeeded=False)
    readable = {**changes.above(node.id), **outputs}
    try:
        return call_function(node, function, workflow, outputs, readable, on_line)
    except PythonFailed as failed:
        finding = failure(node, function, workflow.root, failed)
        raise NodeFailed(finding, failed.detail) from failed


def settle(node: Node, workflow: Workflow, *, succeeded: bool) -> None:
    """Keep the state that the last function of `node` left, or forget it."""
    settle_state(Target(workflow.root).folder, node.id, succeeded=succeeded)


def plan_again(
    workflow: Workflow,
    node: Node,
    columns: Sequence[tuple[str, str]],
    replan: Callable[[], Workflow],
    chosen: Collection[str],
) -> Replanned | None:
    """Keep the columns that the function of `node` returned; None where they are news to nobody.

    Where the project does not compile with them, the nodes below `node` have no plan; one of the
    `chosen`, which the run goes through, fails for it.
    """
    function = node.function
    if function is None or function.schema or not function.output:
        return None
    waited_for = any(other.waits == node.id for other in workflow.nodes.values())
    if not (learn(workflow.root, node.id, columns) or waited_for):
        return None
    try:
        return Replanned(replan())
    except CompileFailed as failed:
        below = workflow.closure(frozenset([node.id]), workflow.downstream)
        if not node.artifact.sql and node.waits != node.id:
            # What the function returned is the node's output: only its readers are planned.
            below.discard(node.id)
        errors = [f for f in failed.findings if f.severity is Severity.ERROR]
        below &= set(chosen)
        own = {id: found for id in below if (found := _own(workflow.nodes[id], errors))}
        if not own:
            return Replanned(workflow, dict.fromkeys(below, errors[0]))
        reason = f"{min(own, key=workflow.order.index)} does not compile"
        return Replanned(workflow, own, dict.fromkeys(below - own.keys(), reason))


def _own(node: Node, errors: Iterable[Finding]) -> Finding | None:
    """The first of the errors that is in the file of a node."""
    return next((e for e in errors if e.place and e.place.file == node.place.file), None)

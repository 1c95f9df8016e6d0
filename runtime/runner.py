"""Runs a workflow in order: what has changed, each node once, no node on old data."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol

from seeknal.compiler.findings import Finding, Findings
from seeknal.compiler.project_files import data_files, is_remote
from seeknal.compiler.suggest import closest
from seeknal.runtime.changes import Changes
from seeknal.runtime.consolidate import consolidate_changed
from seeknal.runtime.engine import Engine
from seeknal.runtime.execute import NodeFailed, execute, publish_extras
from seeknal.runtime.files import remove_leftovers, write_json, write_text
from seeknal.runtime.forecast import blocked_by
from seeknal.runtime.lock import run_lock
from seeknal.runtime.paths import Target
from seeknal.runtime.report import NodeResult, RunReport, Status, report_json, report_log
from seeknal.runtime.selection import Request, Selection
from seeknal.runtime.state import (
    NodeState,
    Output,
    RunState,
    back_up_state,
    save_state,
)
from seeknal.runtime.workflow import Function, Node, Workflow

_SAVE_SECONDS = 0.5


class Listener(Protocol):
    """Told of every node as the run reaches it, from the thread that runs it."""

    def started(self, position: int, total: int, node: Node, reason: str) -> None:
        """A node begins to run."""

    def printed(self, node: Node, text: str, is_error: bool) -> None:
        """A function of a node has printed a line, `is_error` as an error."""

    def finished(self, position: int, total: int, result: NodeResult) -> None:
        """A node has ended, or was passed over (then `started` was not called)."""


class Silent:
    """A listener that does nothing."""

    def started(self, position: int, total: int, node: Node, reason: str) -> None:
        """Do nothing."""

    def printed(self, node: Node, text: str, is_error: bool) -> None:
        """Do nothing."""

    def finished(self, position: int, total: int, result: NodeResult) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How to run. `keep_log` writes the log of a run that succeeded, too."""

    run_id: str
    request: Request = field(default_factory=Request)
    continue_on_error: bool = False
    keep_log: bool = False


def missing_files(workflow: Workflow, selection: Selection) -> Findings:
    """An error for every source of the selection whose data file is not there."""
    findings = Findings()
    for id in selection.order:
        file = workflow.nodes[id].file
        if file is None or is_remote(file.pattern) or data_files(workflow.root, file.pattern):
            continue
        path = workflow.root / file.pattern
        folder = path.parent
        names = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
        near = closest(path.name, names)
        findings.error(
            "missing-file",
            f"the data file `{file.pattern}` of {id} does not exist",
            file.place,
            f"did you mean `{near}` in the same folder?"
            if near
            else f"the path is relative to the project folder, {workflow.root}",
        )
    return findings


def run(
    workflow: Workflow,
    selection: Selection,
    state: RunState,
    open_engine: Callable[[], Engine],
    options: RunOptions,
    listener: Listener | None = None,
    replan: Callable[[], Workflow] | None = None,
) -> RunReport:
    """Run the selection and publish every result; the report says what became of each node.

    Then the entities are consolidated whose feature groups have other rows than before.

    `replan` compiles the project again, which is asked for where a function has returned other
    columns than were known: nodes below it may be others then.

    `state` is brought up to date in memory and in `target/run_state.json`. Raises `CompileFailed`
    before anything runs where a data file is missing or another run holds the lock. A node that
    fails, or Ctrl-C, ends up in the report; the state and all published files stay whole.
    """
    target = Target(workflow.root)
    missing_files(workflow, selection).stop_on_errors()
    with run_lock(target.lock, options.run_id):
        remove_leftovers(target.folder, target.written)
        back_up_state(target.state, options.run_id)
        with ExitStack() as stack:
            engine = cache(lambda: stack.enter_context(open_engine()))
            listener = listener or Silent()
            going = _Run(workflow, selection, state, engine, options, listener, replan)
            report = going.go()
            if not report.interrupted:
                report = replace(report, entities=consolidate_changed(going.workflow, engine))
        write_json(target.report, report_json(report))
        if report.failed or options.keep_log:
            write_text(target.log(options.run_id), report_log(report))
    return report


class _Run:
    """One run in progress."""

    def __init__(
        self,
        workflow: Workflow,
        selection: Selection,
        state: RunState,
        engine: Callable[[], Engine],
        options: RunOptions,
        listener: Listener,
        replan: Callable[[], Workflow] | None,
    ) -> None:
        """Nothing has run yet; `engine` opens the engine when the first node needs it."""
        self.replan = replan
        self.unplanned: Mapping[str, Finding] = {}
        self.held: Mapping[str, str] = {}
        self.workflow = workflow
        self.selection = selection
        self.state = state
        self.target = Target(workflow.root)
        self.engine = engine
        self.options = options
        self.listener = listener
        self.changes = Changes(workflow, state)
        self.unavailable: dict[str, str] = {}
        self.stopped = ""
        self.saved = time.monotonic()

    def go(self) -> RunReport:
        """Go through the selection in order."""
        started = _now()
        begun = time.monotonic()
        request = self.options.request
        self.state.run_id = self.options.run_id
        self.state.last_run = started
        self.state.config = {
            "full": request.full,
            "nodes": list(request.nodes),
            "types": list(request.types),
        }
        results = []
        total = len(self.selection.order)
        try:
            for position, id in enumerate(self.selection.order, start=1):
                node = self.workflow.nodes[id]
                try:
                    result = self.node(position, total, node)
                except KeyboardInterrupt:
                    self.stopped = "the run was interrupted"
                    result = NodeResult(id=id, status=Status.INTERRUPTED, reason=self.stopped)
                results.append(result)
                self.listener.finished(position, total, result)
                self.save(every=_SAVE_SECONDS)
        finally:
            self.save()
        return RunReport(
            run_id=self.options.run_id,
            project=self.workflow.project,
            mode="Full" if request.full else "Incremental",
            started=started,
            seconds=time.monotonic() - begun,
            nodes=results,
        )

    def save(self, every: float = 0.0) -> None:
        """Write the state, at most once in `every` seconds."""
        if time.monotonic() - self.saved >= every:
            save_state(self.target.state, self.state)
            self.saved = time.monotonic()

    def node(self, position: int, total: int, node: Node) -> NodeResult:
        """Run, keep or pass over one node."""
        blocked = blocked_by(node.id, self.workflow, self.selection, self.changes, self.unavailable)
        blocked = blocked or self.held.get(node.id)
        # Its own error is told, whatever became of what it reads.
        if blocked and node.id not in self.unplanned:
            self.unavailable[node.id] = "was skipped"
            self.changes.stale.add(node.id)
            return NodeResult(id=node.id, status=Status.SKIPPED, reason=blocked)
        if self.stopped:
            return NodeResult(id=node.id, status=Status.NOT_RUN, reason=self.stopped)
        reason = self.selection.forced.get(node.id) or self.changes.reason(node.id)
        last = self.state.output(node.id)
        begun = time.monotonic()
        try:
            if reason is None and last is not None:
                if node.has_rows:
                    publish_extras(node, self.target)
                if not node.artifact.sql:
                    self.learn(node, last.columns)
                self.state.nodes[node.id] = replace(
                    self.state.nodes[node.id],
                    status="success",
                    error="",
                    output=self.changes.touched[node.id],
                )
                return NodeResult(id=node.id, status=Status.CACHED, rows_out=last.rows)
            self.listener.started(position, total, node, reason or "")
            output = self.executed(node, last)
            if node.function is not None:
                self.settle(node)
            output = self.hooked(node, output)
        except NodeFailed as failure:
            return self.failed(node, reason or "", time.monotonic() - begun, failure)
        except OSError as error:
            finding = Finding(
                "io-error",
                f"the result of {node.id} cannot be published: {error}",
                help="check the disk's free space and the permissions of target/",
            )
            return self.failed(node, reason or "", time.monotonic() - begun, NodeFailed(finding))
        return self.succeeded(node, reason or "", time.monotonic() - begun, output)

    def executed(self, node: Node, last: Output | None) -> Output:
        """Run a node and publish its output. Raises NodeFailed."""
        if node.id in self.unplanned:
            raise NodeFailed(self.unplanned[node.id])
        inputs = self.inputs(node)
        if node.function is None:
            return execute(node, self.engine(), self.target, inputs, last)
        from seeknal.runtime.execute_python import publish_function, publish_returned

        rows = self.called(node, node.function, inputs)
        if node.waits != node.id and not node.artifact.sql:
            output = publish_function(node, self.engine(), self.target, inputs, rows)
            self.learn(node, output.columns)
            return output
        assert rows is not None
        columns = publish_returned(node, self.engine(), self.target, rows)
        self.learn(node, columns)
        if node.id in self.unplanned:
            raise NodeFailed(self.unplanned[node.id])
        node = self.workflow.nodes[node.id]
        output = execute(node, self.engine(), self.target, inputs, last)
        return replace(output, code=node.code_digest)

    def called(self, node: Node, function: Function, outputs: Mapping[str, Output]) -> Any:
        """What a function of a node returns. Raises NodeFailed."""
        from seeknal.runtime.functions import call_in_run

        def on_line(text: str, is_error: bool) -> None:
            self.listener.printed(node, text, is_error)

        return call_in_run(node, function, self.workflow, self.changes, outputs, on_line)

    def settle(self, node: Node) -> None:
        """Keep the state that a function of a node has left: what it was for is done."""
        from seeknal.runtime.functions import settle

        settle(node, self.workflow, succeeded=True)

    def hooked(self, node: Node, output: Output) -> Output:
        """Call the hooks of a node whose output is published. Raises NodeFailed."""
        if not node.hooks:
            return output
        # Until all of them have run the output counts as one that needs to be made.
        self.keep(node, output)
        for hook in node.hooks:
            self.called(node, hook, {**self.changes.above(node.id), node.id: output})
            self.settle(node)
        return replace(output, hooks=node.hooks_digest)

    def keep(self, node: Node, output: Output) -> None:
        """Put a published output on record."""
        before = self.state.nodes.get(node.id)
        self.state.nodes[node.id] = NodeState(
            status="failed",
            last_run=_now(),
            seconds=0.0,
            version=before.version if before else 0,
            error="a post-hook has not run",
            output=output,
        )

    def learn(self, node: Node, columns: Sequence[tuple[str, str]]) -> None:
        """Keep what a function returned, and plan again where that is news to others."""
        if node.function is None or self.replan is None:
            return
        from seeknal.runtime.functions import plan_again

        again = plan_again(self.workflow, node, columns, self.replan, self.selection.order)
        if again is None:
            return
        self.workflow = self.changes.workflow = again.workflow
        self.unplanned, self.held = again.unplanned, again.held
        self.changes.forget()

    def succeeded(self, node: Node, reason: str, seconds: float, output: Output) -> NodeResult:
        """Record a new output."""
        before = self.state.nodes.get(node.id)
        self.changes.published[node.id] = output
        self.state.nodes[node.id] = NodeState(
            status="success",
            last_run=_now(),
            seconds=seconds,
            version=(before.version if before else 0) + 1,
            output=output,
        )
        return NodeResult(
            id=node.id,
            status=Status.SUCCESS,
            reason=reason,
            seconds=seconds,
            rows_in=output.rows_in,
            rows_out=output.rows,
            rows_dropped=output.rows_dropped,
        )

    def failed(self, node: Node, reason: str, seconds: float, failure: NodeFailed) -> NodeResult:
        """Record a failure; the last good output stays on record."""
        before = self.state.nodes.get(node.id)
        self.unavailable[node.id] = "failed"
        self.changes.stale.add(node.id)
        if not self.options.continue_on_error:
            self.stopped = f"the run stopped when {node.id} failed"
        self.state.nodes[node.id] = NodeState(
            status="failed",
            last_run=_now(),
            seconds=seconds,
            version=before.version if before else 0,
            error=failure.finding.message,
            output=before.output if before else None,
        )
        return NodeResult(
            id=node.id,
            status=Status.FAILED,
            reason=reason,
            seconds=seconds,
            finding=failure.finding,
            detail=failure.detail,
            sql=failure.sql,
        )

    def inputs(self, node: Node) -> dict[str, Output]:
        """The current outputs of a node's upstream. Raises NodeFailed."""
        found = {}
        for id in self.workflow.upstream[node.id]:
            output = self.changes.current(id)
            if output is None:
                raise NodeFailed(
                    Finding(
                        "input-changed",
                        f"the output of {id} was changed by something else while {node.id} waited",
                        node.place,
                        "run again when nothing else writes to target/",
                    )
                )
            found[id] = output
        return found


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

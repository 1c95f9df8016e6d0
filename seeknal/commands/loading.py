"""What `plan` and `run` need before they start: the workflow, the selection, the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from seeknal.commands.console import show_findings
from seeknal.commands.project import Asked, compile_project
from seeknal.compiler.findings import Finding, Findings, Severity
from seeknal.runtime.compiled import workflow_of
from seeknal.runtime.paths import Target
from seeknal.runtime.selection import Request, Selection, select
from seeknal.runtime.state import RunState, UnreadableState, load_state
from seeknal.runtime.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Loaded:
    """A compiled project and what was asked of it."""

    workflow: Workflow
    selection: Selection
    state: RunState
    target: Target
    replan: Callable[[], Workflow]


def load(root: Path, asked: Asked, request: Request) -> Loaded:
    """Compile the project and read its state; warnings are printed. Raises CompileFailed."""
    asked = replace(asked, wait=True)
    compilation = compile_project(root, asked)
    workflow = workflow_of(compilation)
    findings = Findings()
    selection = select(request, workflow, findings)
    findings.stop_on_errors()
    target = Target(root)
    warnings = list(compilation.findings)
    try:
        state = load_state(target.state)
    except UnreadableState as error:
        state = RunState()
        warnings.append(_unreadable(target.state, error))
    show_findings(warnings, root)
    shown = set(warnings)

    def replan() -> Workflow:
        again = compile_project(root, asked)
        news = [finding for finding in again.findings if finding not in shown]
        show_findings(news, root)
        shown.update(news)
        return workflow_of(again)

    return Loaded(workflow, selection, state, target, replan)


def _unreadable(path: Path, error: UnreadableState) -> Finding:
    return Finding(
        "unreadable-state",
        f"{path} cannot be read ({error}), so every node counts as never run",
        help="the state from before the last run is beside it, in run_state.json.bak.*",
        severity=Severity.WARNING,
    )

"""What `plan` and `run` need before they start: the workflow, the selection, the state."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from seeknal.commands.console import show_findings
from seeknal.commands.project import compile_project, new_run_id
from seeknal.compiler import checked
from seeknal.compiler.findings import Finding, Findings, Severity
from seeknal.compiler.options import Options
from seeknal.runtime.paths import Target
from seeknal.runtime.plan_memory import Planned, Settings, plan_of, recall
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


def load(root: Path, asked: Options, request: Request) -> Loaded:
    """The workflow and its state; warnings are printed. Raises CompileFailed.

    The project is compiled unless nothing has changed since it last was.
    """
    asked = replace(asked, wait=True, run_id=asked.run_id or new_run_id())
    settings = Settings(as_of=asked.as_of, strict=asked.strict, run_id=asked.run_id)
    planned = _known(root, asked, settings) or plan_of(compile_project(root, asked), settings)
    workflow = planned.workflow
    findings = Findings()
    selection = select(request, workflow, findings)
    findings.stop_on_errors()
    target = Target(root)
    warnings = list(planned.findings)
    try:
        state = load_state(target.state)
    except UnreadableState as error:
        state = RunState()
        warnings.append(_unreadable(target.state, error))
    show_findings(warnings, root)
    shown = set(warnings)

    def replan() -> Workflow:
        again = plan_of(compile_project(root, asked), settings)
        news = [finding for finding in again.findings if finding not in shown]
        show_findings(news, root)
        shown.update(news)
        return again.workflow

    return Loaded(workflow, selection, state, target, replan)


def _known(root: Path, asked: Options, settings: Settings) -> Planned | None:
    key = checked.key_of(root, asked.run_date, asked.overrides)
    digest = checked.unchanged(root, key, os.environ)
    if digest is None:
        return None
    return recall(root, digest, settings, partial(compile_project, root, asked))


def _unreadable(path: Path, error: UnreadableState) -> Finding:
    return Finding(
        "unreadable-state",
        f"{path} cannot be read ({error}), so every node counts as never run",
        help="the state from before the last run is beside it, in run_state.json.bak.*",
        severity=Severity.WARNING,
    )

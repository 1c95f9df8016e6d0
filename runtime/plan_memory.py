"""The workflow of the last compilation, so that a run of an unchanged project compiles nothing.

What decides the workflow is known without reading it: the digest of all that a compilation came
from (`compiler/checked.py`), the stamps of the sources' data, whether findings of leakage are
errors, and the time of feature groups over events where the project has some. What only a
compiler can say of an unchanged node, it is asked when it is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal.compiler.findings import CompileFailed, Finding
from seeknal.compiler.project_files import data_stamps
from seeknal.runtime.form_memory import form_of
from seeknal.runtime.paths import Target
from seeknal.runtime.python.errors import PythonFailed
from seeknal.runtime.record_files import load_record, save_record
from seeknal.runtime.workflow import Workflow

if TYPE_CHECKING:
    from seeknal.compiler.build import Compilation
    from seeknal.compiler.run_forms import Count, Form
    from seeknal.runtime.python.call import Served


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a workflow is made for, besides the project: `as_of` is in UTC."""

    as_of: datetime | None
    strict: bool
    run_id: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A workflow and the warnings of its compilation."""

    workflow: Workflow
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlan:
    """A workflow without its callables, and what it is of.

    `checked` is the digest of what it came from and `data` the stamps of its sources' files.
    `as_of` is None where no node depends on it. `formed` are the nodes that may have a form of
    their own in a run.
    """

    checked: str
    strict: bool
    as_of: datetime | None
    run_id: str
    data: Mapping[str, str]
    formed: frozenset[str]
    planned: Planned


def recall(
    root: Path, checked: str, settings: Settings, compile: Callable[[], Compilation]
) -> Planned | None:
    """What was planned of the project as it is; None where that is not known.

    `compile` compiles the project, which a node may need as it runs.
    """
    kept = load_record(Target(root).plan, KeptPlan)
    if kept is None or (kept.checked, kept.strict) != (checked, settings.strict):
        return None
    if kept.as_of not in (None, settings.as_of) or data_stamps(root, kept.data) != kept.data:
        return None
    workflow = kept.planned.workflow
    if workflow.params.get("run_id") == kept.run_id:
        workflow = replace(workflow, params={**workflow.params, "run_id": settings.run_id})
    whole = _whole(replace(workflow, root=root), kept.formed, checked, cache(compile))
    return replace(kept.planned, workflow=whole)


def plan_of(compilation: Compilation, settings: Settings) -> Planned:
    """The workflow of a compiled project, kept for the next command where it would be the same."""
    from seeknal.runtime.compiled import workflow_of

    workflow = workflow_of(compilation)
    planned = Planned(workflow, compilation.findings)
    if not compilation.checked or not compilation.repeatable:
        return planned
    root = compilation.root
    formed = frozenset(id for id, node in workflow.nodes.items() if node.form is not None)
    files = (node.file.pattern for node in workflow.nodes.values() if node.file is not None)
    kept = KeptPlan(
        checked=compilation.checked,
        strict=settings.strict,
        as_of=settings.as_of if compilation.is_as_of_run else None,
        run_id=settings.run_id,
        data=compilation.stamps_of_data(files),
        formed=formed,
        planned=replace(planned, workflow=_plain(workflow)),
    )
    save_record(Target(root).plan, kept)
    whole = _whole(workflow, formed, compilation.checked, lambda: compilation)
    return replace(planned, workflow=whole)


def _plain(workflow: Workflow) -> Workflow:
    """The workflow without what cannot be kept in a file."""
    nodes = {id: replace(node, form=None) for id, node in workflow.nodes.items()}
    return replace(workflow, root=Path(), nodes=nodes, serve=None)


class _ProjectChanged(Exception):
    """The project is not the one that the workflow was made of."""


def _whole(
    workflow: Workflow, formed: frozenset[str], checked: str, compile: Callable[[], Compilation]
) -> Workflow:
    """The workflow with what asks the compiler, and keeps its answers for the project `checked`.

    A project that changes while a run is at work is no answer: the run does what was planned.
    """
    target = Target(workflow.root)

    def compiled() -> Compilation:
        try:
            found = compile()
        except CompileFailed as failed:
            raise _ProjectChanged from failed
        if found.checked != checked:
            raise _ProjectChanged
        return found

    def form(id: str, count: Count) -> Form | None:
        try:
            return form_of(
                target.form(id), checked, count, lambda asked: compiled().form(id, asked)
            )
        except _ProjectChanged:
            # The statement that was planned has the same rows.
            return None

    def serve(group: str) -> tuple[Served, tuple[str, ...]] | None:
        from seeknal.runtime.compiled import served

        try:
            return served(compiled(), group)
        except _ProjectChanged as changed:
            raise PythonFailed(
                "input-changed",
                f"the project was changed during the run, which has yet to ask how {group} is "
                "computed as of other rows",
                "run again",
            ) from changed

    nodes = {
        id: replace(node, form=partial(form, id)) if id in formed else node
        for id, node in workflow.nodes.items()
    }
    return replace(workflow, nodes=nodes, serve=serve)

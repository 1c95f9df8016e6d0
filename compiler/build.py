"""The stages in order: a project's files to artifacts."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from seeknal.compiler.artifact import Artifact
from seeknal.compiler.compile_node import compile_node
from seeknal.compiler.dialects.registry import dialect as find_dialect
from seeknal.compiler.discover import Discovery
from seeknal.compiler.findings import CompileFailed, Finding, Findings
from seeknal.compiler.macros import MacroLibrary
from seeknal.compiler.model import Model, ResolvedSource
from seeknal.compiler.parameters import Context
from seeknal.compiler.plan import Plan
from seeknal.compiler.planning import plan_node
from seeknal.compiler.project import Project, load_project
from seeknal.compiler.resolve.project import resolve_project
from seeknal.compiler.rewrites import rewrite_plan
from seeknal.compiler.select_nodes import find_nodes
from seeknal.compiler.stages import show_stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a command line may say of a compilation. `run_date` is a UTC day.

    `inline` puts upstream nodes in front of each statement as CTEs, down to the sources.
    """

    run_date: date
    run_id: str = ""
    dialect: str = "duckdb"
    overrides: Mapping[str, object] = field(default_factory=dict)
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Compilation:
    """A compiled project, or the part of it that was asked for.

    `artifacts` and `plans` are in run order; `order`, `upstream` and `downstream` (direct edges)
    cover the whole graph. `findings` are warnings.
    """

    root: Path
    project: Project
    model: Model
    plans: Mapping[str, Plan]
    artifacts: Mapping[str, Artifact]
    findings: tuple[Finding, ...]

    def source_path(self, node: str) -> str:
        """The file of a source, relative to the root with parameters filled in; "" for none."""
        resolved = self.model.nodes[node]
        return resolved.path if isinstance(resolved, ResolvedSource) else ""

    @property
    def order(self) -> tuple[str, ...]:
        """Every node id in run order."""
        return self.model.order

    @property
    def upstream(self) -> Mapping[str, tuple[str, ...]]:
        """The nodes that each node reads."""
        return self.model.upstream

    @property
    def downstream(self) -> Mapping[str, tuple[str, ...]]:
        """The nodes that read each node."""
        return self.model.downstream


def compile_project(root: Path, options: Options, nodes: Sequence[str] = ()) -> Compilation:
    """Compile the project at `root`: all of it, or `nodes` (ids, or names that one node has).

    Every spec is checked either way. Raises `CompileFailed` with all findings of the stage that
    found an error and of those before it.
    """
    findings = Findings()
    project = load_project(root, findings)
    library = MacroLibrary(options.dialect, root / "macros")
    discovery = Discovery.load(root)
    context = Context(
        run_date=options.run_date,
        run_id=options.run_id,
        project_id=project.name,
        workspace_path=str(root),
        overrides=options.overrides,
        variables=project.vars,
        common=project.common,
        environ=os.environ,
    )
    model = resolve_project(project, context, library, discovery, findings)
    findings.stop_on_errors()
    asked = find_nodes(nodes, model.order, findings)
    findings.stop_on_errors()
    wanted = tuple(node for node in model.order if not nodes or node in asked)
    plans = {node: rewrite_plan(plan_node(model.nodes[node])) for node in wanted}
    artifacts = _lower(model, plans, options, library, findings)
    findings.stop_on_errors()
    discovery.save()
    return Compilation(root, project, model, plans, artifacts, tuple(findings))


def _lower(
    model: Model,
    plans: Mapping[str, Plan],
    options: Options,
    library: MacroLibrary,
    findings: Findings,
) -> dict[str, Artifact]:
    dialect = find_dialect(options.dialect)
    artifacts: dict[str, Artifact] = {}
    for node, plan in plans.items():
        upstream = None
        if options.inline:
            upstream = {}
            for above in _ancestors(model, node):
                compiled = compile_node(
                    model.nodes[above],
                    rewrite_plan(plan_node(model.nodes[above])),
                    dialect,
                    library,
                    findings,
                )
                if compiled is not None:
                    upstream[model.relations[above].name] = compiled[1]
        compiled = compile_node(model.nodes[node], plan, dialect, library, findings, upstream)
        if compiled is not None:
            artifacts[node] = compiled[0]
    return artifacts


def _ancestors(model: Model, node: str) -> list[str]:
    """All nodes above `node` in run order."""
    found: set[str] = set()
    waiting = [*model.upstream[node]]
    while waiting:
        above = waiting.pop()
        if above not in found:
            found.add(above)
            waiting += model.upstream[above]
    return [above for above in model.order if above in found]


__all__ = ["Compilation", "CompileFailed", "Options", "compile_project", "show_stage"]

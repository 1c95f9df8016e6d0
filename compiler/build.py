"""The stages in order: a project's files to artifacts."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sqlglot import exp

from seeknal.compiler import checked
from seeknal.compiler.artifact import Artifact
from seeknal.compiler.collector import collector_paused
from seeknal.compiler.compilation import Compilation
from seeknal.compiler.compile_node import compile_node
from seeknal.compiler.dialects.registry import dialect as find_dialect
from seeknal.compiler.discover import LOCK_FILE, Discovery
from seeknal.compiler.environ import RecordedEnviron
from seeknal.compiler.findings import CompileFailed, Findings
from seeknal.compiler.macro_cache import open_library, remember
from seeknal.compiler.macros import MacroLibrary
from seeknal.compiler.model import (
    Computed,
    Model,
    ResolvedDayGrain,
    ResolvedPython,
    ResolvedSource,
    ResolvedTrainingSet,
)
from seeknal.compiler.options import Options
from seeknal.compiler.parameters import Context, run_params
from seeknal.compiler.plan import Plan
from seeknal.compiler.planning import plan_node
from seeknal.compiler.project import Project, load_project
from seeknal.compiler.project_files import Stamp, file_stamps, project_stamps
from seeknal.compiler.resolve.bound_types import BoundTypes
from seeknal.compiler.resolve.project import resolve_project
from seeknal.compiler.rewrites import rewrite_plan
from seeknal.compiler.rewrites.traits import Traits
from seeknal.compiler.select_nodes import find_nodes


def compile_project(root: Path, options: Options, nodes: Sequence[str] = ()) -> Compilation:
    """Compile the project at `root`: all of it, or `nodes` (ids, or names that one node has).

    Every spec is checked either way: what is known to be right since an earlier compilation is
    not read again. Raises `CompileFailed` with all findings of the stage that found an error and
    of those before it.
    """
    with collector_paused():
        if nodes and not options.drafts:
            found = _compile_alone(root, options, nodes)
            if found is not None:
                return found
        findings = Findings()
        # What is written while the files are read has another stamp, and counts as changed.
        stamps = project_stamps(root)
        project = load_project(root, findings, drafts=options.drafts)
        compilation = _compile(root, options, project, nodes, findings)
        if options.drafts or compilation.model.waiting:
            return compilation
        known = _checked(root, options, compilation, stamps)
        checked.save(root, known)
        return replace(compilation, checked=known.digest)


def _compile(
    root: Path, options: Options, project: Project, nodes: Sequence[str], findings: Findings
) -> Compilation:
    library, remembered = open_library(root, options.dialect)
    discovery = Discovery.load(root)
    discovery.functions |= {id: [*map(list, found)] for id, found in options.returned.items()}
    environ = RecordedEnviron()
    context = Context(
        run_date=options.run_date,
        run_id=options.run_id,
        project_id=project.name,
        workspace_path=str(root),
        overrides=options.overrides,
        variables=project.vars,
        common=project.common,
        environ=environ,
    )
    types = BoundTypes.load(root)
    model = resolve_project(project, context, library, discovery, types, findings)
    asked = find_nodes(nodes, model.order, findings)
    findings.stop_on_errors()
    wanted = tuple(node for node in model.order if not nodes or node in asked)
    if not options.wait:
        report_waiting(model, wanted, findings)
        findings.stop_on_errors()
    wanted = tuple(node for node in wanted if _is_computed(model, node))
    if any(isinstance(model.nodes[node], ResolvedTrainingSet) for node in wanted):
        from seeknal.compiler.leakage import leakage_findings

        findings.items += leakage_findings(model, wanted, strict=options.strict)
    findings.stop_on_errors()
    dialect = find_dialect(options.dialect)
    traits = Traits(dialect.name, dialect.asof_join)
    plans = {
        node: rewrite_plan(plan_node(_computed(model, node), options.as_of), traits)
        for node in wanted
    }
    artifacts = _lower(model, plans, options, library, findings)
    findings.stop_on_errors()
    if not options.drafts:
        remember(root, library, remembered)
        types.save(whole=not project.unread)
        if not project.unread:
            discovery.save()
    return Compilation(
        root=root,
        project=project,
        model=model,
        plans=plans,
        artifacts=artifacts,
        findings=tuple(findings),
        dialect=options.dialect,
        library=library,
        environ=frozenset(environ.names),
        params=run_params(context),
        data=discovery.read,
    )


def report_waiting(model: Model, wanted: Sequence[str], findings: Findings) -> None:
    """Add an error for each function that nodes of `wanted` wait for: its columns are unknown."""
    for function in dict.fromkeys(model.waiting[node] for node in wanted if node in model.waiting):
        readers = [node for node in wanted if model.waiting.get(node) == function]
        name = function.partition(".")[2]
        findings.error(
            "unknown-columns",
            f"the columns that `{function}` returns are not known, and `{readers[0]}` reads them",
            model.functions[function].function.code.place,
            f'declare them, as schema=[{{"name": "id", "data_type": "int64"}}], or run '
            f"`seeknal run --nodes {name}` once: {LOCK_FILE} then keeps them",
        )


def _is_computed(model: Model, node: str) -> bool:
    return node in model.nodes and not isinstance(model.nodes[node], ResolvedPython)


def _computed(model: Model, node: str) -> Computed:
    resolved = model.nodes[node]
    assert not isinstance(resolved, ResolvedPython)
    return resolved


def _compile_alone(root: Path, options: Options, nodes: Sequence[str]) -> Compilation | None:
    """Compile `nodes` from their own files and their upstream's; None where all must be read.

    Nothing is reported from here: where anything is not as it was, the whole project is.
    """
    known = checked.load(root)
    if known is None or known.key != checked.key_of(root, options.run_date, options.overrides):
        return None
    stamps = project_stamps(root)
    changed = known.changed(stamps)
    if changed is None:
        return None
    findings = Findings()
    ids = {file: id for file, id in known.ids.items() if file not in changed}
    project = load_project(root, findings, nodes, ids)
    read = {spec.place.file: spec.id for spec in project.specs.values()}
    if findings.has_errors or not changed <= read.keys():
        return None
    if any(file.endswith(".py") for file in changed):
        return None
    try:
        compilation = _compile(root, options, project, nodes, findings)
    except CompileFailed:
        return None
    outputs = _outputs(compilation.model)
    edited = {read[file] for file in changed}
    if any(node not in known.outputs for node in edited):
        return None
    if any(known.outputs[node] != outputs[node] for node in edited & known.read):
        return None
    if changed:
        outputs = {**known.outputs, **{node: outputs[node] for node in edited}}
        above = {node for edges in compilation.upstream.values() for node in edges}
        read_now = known.read | above
        ids |= {file: read[file] for file in changed}
        checked.save(root, replace(known, stamps=stamps, ids=ids, outputs=outputs, read=read_now))
    return compilation


def _outputs(model: Model) -> dict[str, str]:
    return {
        node: checked.columns_digest(relation.columns) for node, relation in model.relations.items()
    }


def _checked(
    root: Path, options: Options, compilation: Compilation, stamps: Mapping[str, Stamp]
) -> checked.Checked:
    model, specs = compilation.model, compilation.project.specs.values()
    sources = (n for n in model.nodes.values() if isinstance(n, ResolvedSource))
    data = [source.path for source in sources if source.path and not source.declared]
    code = [LOCK_FILE]
    for one in compilation.code:
        code += [one.file, *one.files, *one.absent]
    return checked.Checked(
        key=checked.key_of(root, options.run_date, options.overrides),
        stamps=stamps,
        # A Python file may hold several nodes, and is always read.
        ids={spec.place.file: spec.id for spec in specs if not spec.place.file.endswith(".py")},
        outputs=_outputs(compilation.model),
        read=frozenset(node for node, readers in compilation.downstream.items() if readers),
        data=compilation.stamps_of_data(data),
        code=file_stamps(root, dict.fromkeys(code)),
        environ=checked.environ_digests(compilation.environ, os.environ),
    )


def _lower(
    model: Model,
    plans: Mapping[str, Plan],
    options: Options,
    library: MacroLibrary,
    findings: Findings,
) -> dict[str, Artifact]:
    dialect = find_dialect(options.dialect)
    traits = Traits(dialect.name, dialect.asof_join)
    artifacts: dict[str, Artifact] = {}
    for node, plan in plans.items():
        upstream = None
        if options.inline:
            upstream = {}
            for above in _ancestors(model, node):
                resolved = model.nodes[above]
                if isinstance(resolved, ResolvedPython):
                    continue
                compiled = compile_node(
                    resolved,
                    rewrite_plan(plan_node(resolved, options.as_of), traits),
                    dialect,
                    library,
                    findings,
                )
                if compiled is not None and isinstance(compiled[1], exp.Query):
                    upstream[model.relations[above].name] = compiled[1]
        compiled = compile_node(_computed(model, node), plan, dialect, library, findings, upstream)
        if compiled is not None:
            artifacts[node] = compiled[0]
    return artifacts


def _ancestors(model: Model, node: str) -> list[str]:
    """All nodes above `node` that SQL reads, in run order; what functions read is not."""
    found: set[str] = set()
    waiting = _read_by_sql(model, node)
    while waiting:
        above = waiting.pop()
        if above not in found:
            found.add(above)
            waiting += _read_by_sql(model, above)
    return [above for above in model.order if above in found]


def _read_by_sql(model: Model, node: str) -> list[str]:
    if node not in model.functions:
        return [*model.upstream[node]]
    resolved = model.nodes.get(node)
    spine = resolved.spine if isinstance(resolved, ResolvedDayGrain) else None
    return [spine.relation.id] if spine else []


__all__ = ["Compilation", "CompileFailed", "Options", "compile_project", "report_waiting"]

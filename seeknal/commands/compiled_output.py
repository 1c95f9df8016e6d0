"""Compiled nodes as text, JSON and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal.commands.python_nodes import as_json, function_json, made_by, python_nodes, without_sql
from seeknal.commands.written import Written
from seeknal.compiler.artifact import Artifact
from seeknal.compiler.relation_names import relation_of, returned_by
from seeknal.compiler.render_findings import to_json
from seeknal.runtime.files import write_text
from seeknal.testing.compiled_files import all_files, node_of, ours_in

if TYPE_CHECKING:
    from seeknal.compiler.build import Compilation


def chosen_nodes(compilation: Compilation, words: Sequence[str]) -> tuple[str, ...]:
    """The nodes that were asked for in run order, those without SQL among them."""
    without = python_nodes(compilation, words)
    return tuple(id for id in compilation.order if id in compilation.artifacts or id in without)


def statements(compilation: Compilation, nodes: Sequence[str]) -> str:
    """The SQL of the nodes; where there are several, a `;` ends each.

    For a node that is written in Python there are comments that say so.
    """
    artifacts = compilation.artifacts
    texts = [
        artifacts[id].sql.rstrip("\n") if id in artifacts else without_sql(compilation, id)
        for id in nodes
    ]
    if len(texts) == 1:
        return texts[0] + "\n"
    ends = ["\n;\n\n" if id in artifacts else "\n\n" for id in nodes]
    return "".join(map("".join, zip(texts, ends, strict=True))).removesuffix("\n")


def explanation(compilation: Compilation, nodes: Sequence[str]) -> str:
    """The physical shape of each node: the rules that chose it, and why each applied."""
    lines = []
    for id in nodes:
        lines.append(id)
        if id not in compilation.plans:
            lines.append(f"  no SQL: {made_by(compilation.model.functions[id])}")
            continue
        plan = compilation.plans[id]
        if (function := compilation.model.functions.get(id)) is not None:
            lines.append(f"  over {relation_of(returned_by(id))}: {made_by(function)}")
        lines += [f"  {choice.rule}: {choice.reason}" for choice in plan.choices]
        if not plan.choices:
            lines.append("  the plain shape: there is no rule to choose another")
    return "\n".join(lines)


def compiled_json(compilations: Sequence[Compilation], words: Sequence[str]) -> dict[str, object]:
    """The nodes that `words` mean, or all, and the warnings, as plain data for JSON."""
    nodes: list[dict[str, object]] = []
    for number, compilation in enumerate(compilations):
        for id in chosen_nodes(compilation, words):
            if id in compilation.artifacts:
                nodes.append(_artifact_json(compilation, id))
            elif number == 0:
                # It is the same in every dialect.
                nodes.append(as_json(compilation, id))
    findings = [finding for found in compilations for finding in found.findings]
    return {"nodes": nodes, "findings": to_json(findings)}


def _artifact_json(compilation: Compilation, node: str) -> dict[str, object]:
    artifact = compilation.artifacts[node]
    found: dict[str, object] = {
        "id": artifact.id,
        "file": artifact.file,
        "dialect": artifact.dialect,
        "rules": [rule for rule, _ in artifact.choices],
        "digest": artifact.digest,
        "inputs": list(artifact.inputs),
        "columns": [{"name": column.name, "type": str(column.type)} for column in artifact.columns],
        "lineage": {
            column: [f"{node}.{name}" for node, name in origins]
            for column, origins in artifact.lineage
        },
        "renamed": dict(artifact.renamed),
        "sql": artifact.sql,
        "assertions": [
            {"code": item.code, "message": item.message, "sql": item.sql}
            for item in artifact.assertions
        ],
    }
    if (function := compilation.model.functions.get(node)) is not None:
        found["python"] = function_json(function)
    return found


def write_files(artifacts: Mapping[str, Artifact], folder: Path, *, whole: bool) -> Written:
    """Write the files of the nodes: `<kind>.<name>.sql`, its columns, and its assertions if any.

    A file that is already as it should be is left alone. With `whole`, where `artifacts` are all
    of the project, the files of nodes that are gone are removed: those alone that begin with the
    header that the compiler writes.
    """
    wanted = all_files(artifacts.values())
    changed = sum(write_text(folder / name, text) for name, text in wanted.items())
    present = {artifact.id for artifact in artifacts.values()}
    removed = 0
    for path in ours_in(folder, but=wanted):
        if whole or node_of(path.name) in present:
            path.unlink()
            removed += 1
    return Written(changed, len(wanted) - changed, removed)

"""Compiled nodes as text, JSON and files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal.commands.written import Written
from seeknal.compiler.artifact import Artifact
from seeknal.compiler.findings import Finding
from seeknal.compiler.render_findings import to_json
from seeknal.runtime.files import write_text
from seeknal.testing.compiled_files import all_files, node_of, ours_in

if TYPE_CHECKING:
    from seeknal.compiler.plan import Plan


def statements(artifacts: Mapping[str, Artifact]) -> str:
    """The SQL of the nodes; where there are several, a `;` ends each."""
    texts = [artifact.sql.rstrip("\n") for artifact in artifacts.values()]
    if len(texts) == 1:
        return texts[0] + "\n"
    return "".join(f"{text}\n;\n\n" for text in texts).removesuffix("\n")


def explanation(plans: Mapping[str, Plan]) -> str:
    """The physical shape of each node: the rules that chose it, and why each applied."""
    lines = []
    for id, plan in plans.items():
        lines.append(id)
        lines += [f"  {choice.rule}: {choice.reason}" for choice in plan.choices]
        if not plan.choices:
            lines.append("  the plain shape: there is no rule to choose another")
    return "\n".join(lines)


def compiled_json(artifacts: Iterable[Artifact], findings: Iterable[Finding]) -> dict[str, object]:
    """The nodes and the warnings as plain data for JSON."""
    return {
        "nodes": [
            {
                "id": artifact.id,
                "file": artifact.file,
                "dialect": artifact.dialect,
                "rules": [rule for rule, _ in artifact.choices],
                "digest": artifact.digest,
                "inputs": list(artifact.inputs),
                "columns": [
                    {"name": column.name, "type": str(column.type)} for column in artifact.columns
                ],
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
            for artifact in artifacts
        ],
        "findings": to_json(findings),
    }


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

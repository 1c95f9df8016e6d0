"""`seeknal list`: the nodes of a project."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from seeknal.commands import options
from seeknal.commands.console import fail, findings_reported, plural, print_json, print_table
from seeknal.commands.project import find_root, run_start
from seeknal.compiler.options import Options


@click.command("list")
@click.argument("kind", required=False)
@options.params
@options.run_date
@options.project_path
@options.as_json
def list_nodes(
    kind: str | None,
    params: dict[str, object],
    run_date: date,
    project_path: Path | None,
    as_json: bool,
) -> None:
    """List the nodes in run order: columns, rows of the last run, tags.

    \b
    seeknal list
    seeknal list sources
    seeknal list feature-groups --json
    """
    root = find_root(project_path)
    with findings_reported(root, as_json=as_json):
        from seeknal.commands.loading import load
        from seeknal.compiler.findings import Finding
        from seeknal.compiler.suggest import suggest
        from seeknal.runtime.selection import Request, find_kind

        loaded = load(
            root, Options(run_date=run_date, overrides=params, as_of=run_start()), Request()
        )
        nodes = [loaded.workflow.nodes[id] for id in loaded.workflow.order]
        if kind is not None:
            kinds = {node.artifact.kind for node in nodes}
            wanted = find_kind(kind, kinds)
            if wanted is None:
                help = suggest(kind, kinds, "kinds in this project")
                message = f"the project has no node of kind `{kind}`"
                fail([Finding("unknown-kind", message, help=help)], root, as_json=as_json)
            nodes = [node for node in nodes if node.artifact.kind == wanted]
        outputs = {node.id: loaded.state.output(node.id) for node in nodes}
        if as_json:
            print_json(
                [
                    {
                        "id": node.id,
                        "kind": node.artifact.kind,
                        "file": node.artifact.file,
                        "description": node.description,
                        "tags": list(node.tags),
                        "columns": [column.name for column in node.artifact.columns]
                        if node.knows_columns
                        else None,
                        "rows": output.rows if (output := outputs[node.id]) else None,
                    }
                    for node in nodes
                ]
            )
            return
        rows = []
        for node in nodes:
            output = outputs[node.id]
            count = f"{output.rows:,}" if output else "never run"
            columns = f"{len(node.artifact.columns):,}" if node.knows_columns else "unknown"
            rows.append((node.id, columns, count, " ".join(node.tags)))
        if rows:
            print_table(("node", "columns", "rows", "tags"), rows, right=(1, 2))
        click.echo(plural(len(rows), "node"))

"""`seeknal dry-run`: what a spec would do, before it is in the project."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seeknal.commands import options
from seeknal.commands.console import (
    findings_reported,
    print_json,
    print_table,
    show_findings,
)
from seeknal.commands.project import find_root

if TYPE_CHECKING:
    from seeknal.compiler.build import Compilation
    from seeknal.drafts.reading import Draft
    from seeknal.runtime.preview import Preview


@click.command("dry-run")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--limit",
    "-l",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="How many rows to show.",
)
@options.params
@options.run_date
@options.project_path
@options.as_json
def dry_run(
    file: Path,
    limit: int,
    params: dict[str, object],
    run_date: date,
    project_path: Path | None,
    as_json: bool,
) -> None:
    """Check a spec, show what it reads, its SQL and its first rows. Nothing is written.

    FILE is a draft, or a spec of the project with changes in it. The rows are computed from the
    data files, through all nodes above, with every promise checked.

    \b
    seeknal dry-run draft_transform_clean_orders.yml
    seeknal dry-run draft_transform_clean_orders.yml --limit 3
    """
    root = find_root(project_path)
    with findings_reported(root, as_json=as_json):
        from seeknal.drafts.reading import read_draft, with_draft
        from seeknal.runtime.preview import preview

        draft = read_draft(file, root)
        compilation = with_draft(draft, root, run_date, params)
        with tempfile.TemporaryDirectory(prefix="seeknal-dry-run-") as scratch:
            if not as_json:
                _show_plan(draft, compilation, root)
            rows = preview(compilation, draft.id, Path(scratch) / "scratch", limit)
    if as_json:
        print_json(_json(draft, compilation, rows))
    else:
        _show_rows(rows)
        click.echo("Nothing was written.")


def _show_plan(draft: Draft, compilation: Compilation, root: Path) -> None:
    show_findings(compilation.findings, root)
    click.secho(f"{draft.id}, from {draft.file}", bold=True)
    click.secho("Reads", bold=True)
    for id in _above(draft.id, compilation):
        click.echo(f"  {id}")
    click.secho("SQL", bold=True)
    click.echo(compilation.artifacts[draft.id].sql)


def _show_rows(found: Preview) -> None:
    shown = len(found.rows)
    click.secho(f"Rows: {shown:,} of {found.total:,}", bold=True)
    if shown:
        print_table(
            found.columns, [[_text(row[name]) for name in found.columns] for row in found.rows]
        )
    click.echo()


def _json(draft: Draft, compilation: Compilation, found: Preview) -> dict[str, object]:
    artifact = compilation.artifacts[draft.id]
    return {
        "id": draft.id,
        "file": draft.file,
        "reads": _above(draft.id, compilation),
        "sql": artifact.sql,
        "columns": [{"name": c.name, "type": str(c.type)} for c in artifact.columns],
        "total": found.total,
        "rows": [dict(row) for row in found.rows],
    }


def _above(node: str, compilation: Compilation) -> list[str]:
    """All nodes that `node` needs, in run order."""
    found: set[str] = set()
    waiting = [*compilation.upstream[node]]
    while waiting:
        id = waiting.pop()
        if id not in found:
            found.add(id)
            waiting += compilation.upstream[id]
    return [id for id in compilation.order if id in found]


def _text(value: object) -> str:
    return "NULL" if value is None else str(value)

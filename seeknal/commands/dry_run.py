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
    from seeknal.runtime.workflow import Workflow


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
    data files, through all nodes above, with every promise checked. A function, in a file of
    Python, is called on the rows of its inputs that were published last.

    \b
    seeknal dry-run draft_transform_clean_orders.yml
    seeknal dry-run draft_transform_clean_orders.yml --limit 3
    seeknal dry-run draft_transform_scored.py
    """
    root = find_root(project_path)
    with findings_reported(root, as_json=as_json):
        from seeknal.drafts.reading import read_draft, with_draft
        from seeknal.runtime.compiled import workflow_of
        from seeknal.runtime.preview import Previews, Returned

        draft = read_draft(file, root)
        compilation = with_draft(draft, root, run_date, params)
        workflow = workflow_of(compilation)
        nodes = [id for id in workflow.order if id in draft.ids]

        def again(returned: Returned) -> Compilation:
            return with_draft(draft, root, run_date, params, returned)

        def printed(node: str, text: str, is_error: bool) -> None:
            click.echo(f"{node} | {text}", err=is_error or as_json)

        if not as_json:
            show_findings(compilation.findings, root)
        shown: list[dict[str, object]] = []
        with tempfile.TemporaryDirectory(prefix="seeknal-dry-run-") as scratch:
            previews = Previews(compilation, nodes, again, Path(scratch), printed)
            for id in nodes:
                if not as_json:
                    _show_plan(id, draft, workflow)
                found = previews.of(id, limit)
                shown.append(_json(draft, workflow, found))
                if not as_json:
                    _show_rows(found, workflow)
    if as_json:
        print_json(shown[0] if len(shown) == 1 else {"file": draft.file, "nodes": shown})
    else:
        click.echo("Nothing was written.")


def _show_plan(id: str, draft: Draft, workflow: Workflow) -> None:
    node = workflow.nodes[id]
    click.secho(f"{id}, from {draft.file}", bold=True)
    click.secho("Reads", bold=True)
    stale = _stale_inputs(id, draft, workflow)
    for above in _above(id, workflow):
        since = f", as published last; since then: {stale[above]}" if above in stale else ""
        click.echo(f"  {above}{since}")
    if node.function is None:
        click.secho("SQL", bold=True)
        click.echo(node.artifact.sql or _not_yet(node.waits))
    else:
        click.secho("Calls", bold=True)
        click.echo(f"  {_call(id, workflow)}")


def _stale_inputs(id: str, draft: Draft, workflow: Workflow) -> dict[str, str]:
    """The inputs of a function that a run would make anew, and why."""
    from seeknal.runtime.changes import Changes
    from seeknal.runtime.published import known_state

    if workflow.nodes[id].function is None:
        return {}
    changes = Changes(workflow, known_state(workflow.root))
    read = [above for above in _above(id, workflow) if above not in draft.ids]
    reasons = {above: changes.reason(above) for above in read}
    return {above: reason for above, reason in reasons.items() if reason}


def _not_yet(waits: str) -> str:
    return f"known once the function of {waits} has run"


def _call(id: str, workflow: Workflow) -> str:
    """Which function is called, and where."""
    from seeknal.runtime.call_node import call_of
    from seeknal.runtime.python.environment import lacking

    node = workflow.nodes[id]
    assert node.function is not None
    code = node.function.code
    reason = lacking(call_of(node, node.function, workflow, {}, {}))
    where = f"in an environment of its own: {reason}" if reason else "in this process"
    return f"{code.function}, line {code.place.line}, {where}"


def _show_rows(found: Preview, workflow: Workflow) -> None:
    node = workflow.nodes[found.node]
    if node.function is not None:
        click.secho("SQL", bold=True)
        click.echo(found.sql or "  none: the rows are what the function returns")
    if node.hooks:
        hooks = ", ".join(hook.code.function for hook in node.hooks)
        click.echo(f"Post-hooks are not called: {hooks}")
    if not node.has_rows:
        click.echo("The function has returned; it has no rows.")
        click.echo()
        return
    shown = len(found.rows)
    click.secho(f"Rows: {shown:,} of {found.total:,}", bold=True)
    if shown:
        names = [column.name for column in found.columns]
        print_table(names, [[_text(row[name]) for name in names] for row in found.rows])
    click.echo()


def _json(draft: Draft, workflow: Workflow, found: Preview) -> dict[str, object]:
    function = workflow.nodes[found.node].function
    return {
        "id": found.node,
        "file": draft.file,
        "reads": _above(found.node, workflow),
        "stale": _stale_inputs(found.node, draft, workflow),
        "function": function.code.function if function else None,
        "sql": found.sql or None,
        "columns": [{"name": c.name, "type": str(c.type)} for c in found.columns],
        "total": found.total,
        "rows": [dict(row) for row in found.rows],
    }


def _above(node: str, workflow: Workflow) -> list[str]:
    """All nodes that `node` needs, in run order; of a function its inputs alone."""
    if workflow.nodes[node].function is not None:
        found = {*workflow.upstream[node]}
    else:
        found = workflow.closure(frozenset([node]), workflow.upstream) - {node}
    return [id for id in workflow.order if id in found]


def _text(value: object) -> str:
    return "NULL" if value is None else str(value)

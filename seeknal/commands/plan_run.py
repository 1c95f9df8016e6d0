"""`seeknal plan`: what a run would do, and what has changed since the last plan or run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seeknal.commands import options
from seeknal.commands.console import findings_reported, plural, print_json
from seeknal.commands.project import find_root, run_start
from seeknal.compiler.options import Options

if TYPE_CHECKING:
    from seeknal.runtime.forecast import Step
    from seeknal.runtime.manifest import NodeChange
    from seeknal.runtime.workflow import Workflow


@click.command("plan")
@options.selection
@options.params
@options.run_date
@options.project_path
@options.as_json
def plan_run(
    tags: tuple[str, ...],
    exclude_tags: tuple[str, ...],
    params: dict[str, object],
    run_date: date,
    project_path: Path | None,
    as_json: bool,
) -> None:
    """Show what a run would do, in order, and why; run nothing.

    Changes are counted from the manifest of the last plan or run, target/manifest.json, which is
    then brought up to date.

    \b
    seeknal plan
    seeknal plan --tags daily --date 2026-01-31
    """
    root = find_root(project_path)
    with findings_reported(root, as_json=as_json):
        from seeknal.commands.loading import load
        from seeknal.runtime.files import write_json
        from seeknal.runtime.forecast import forecast
        from seeknal.runtime.manifest import build_manifest, compare, read_manifest
        from seeknal.runtime.selection import Request

        asked = Options(run_date=run_date, overrides=params, as_of=run_start())
        loaded = load(root, asked, Request(tags=tags, exclude_tags=exclude_tags))
        steps = forecast(loaded.workflow, loaded.selection, loaded.state)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        before = read_manifest(loaded.target.manifest)
        manifest = build_manifest(loaded.workflow, now)
        changes = compare(before, manifest) if before else None
        write_json(loaded.target.manifest, manifest)
        if as_json:
            print_json(
                {
                    "steps": [{"id": s.id, "action": s.action, "reason": s.reason} for s in steps],
                    "changes": [
                        {"id": c.id, "change": str(c.change), "details": list(c.details)}
                        for c in changes or ()
                    ],
                }
            )
            return
        show_summary(loaded.workflow)
        show_changes(changes, loaded.workflow)
        show_steps(steps)


def show_summary(workflow: Workflow) -> None:
    """Print how many nodes there are of each kind."""
    kinds = Counter(workflow.nodes[id].artifact.kind for id in workflow.order)
    click.secho("Node Summary", bold=True)
    width = max((len(kind) for kind in kinds), default=0)
    for kind, count in kinds.items():
        click.echo(f"  {kind:<{width}}  {count:>4,}")
    click.echo()


def show_changes(changes: Sequence[NodeChange] | None, workflow: Workflow) -> None:
    """Print what differs from the last manifest; None is no manifest to compare with."""
    from seeknal.runtime.manifest import Change

    labels = {
        Change.NEW: ("[NEW] +", "green"),
        Change.CHANGED: ("[CHANGED - rebuild this node]", "yellow"),
        Change.BREAKING: ("[BREAKING - rebuilds downstream]", "red"),
        Change.METADATA: ("[METADATA]", None),
        Change.REMOVED: ("[REMOVED] -", "red"),
    }
    click.secho("Changes:", bold=True)
    if changes is None:
        click.echo("  this is the first plan: every node is new")
    elif not changes:
        click.echo("  none since the last plan")
    for change in changes or ():
        label, color = labels[change.change]
        click.echo(f"  {click.style(label, fg=color)} {change.id}")
        for detail in change.details:
            click.echo(f"      {detail}")
        below = workflow.downstream.get(change.id, ())
        if change.change is Change.BREAKING and below:
            click.echo(f"      read by {', '.join(below)}")
    click.echo()


def show_steps(steps: Sequence[Step]) -> None:
    """Print the steps of a run, each with its reason."""
    click.secho("Execution Plan:", bold=True)
    width = max((len(step.id) for step in steps), default=0)
    colors = {"RUN": "cyan", "SKIPPED": "yellow"}
    for step in steps:
        action = click.style(f"{step.action:<7}", fg=colors.get(step.action))
        click.echo(f"  {action} {step.id:<{width}}  {step.reason}".rstrip())
    running = sum(1 for step in steps if step.action == "RUN")
    click.echo(f"Total: {plural(len(steps), 'node')}, {running:,} to run")

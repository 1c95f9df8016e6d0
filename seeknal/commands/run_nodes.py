"""`seeknal run`: rows."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seeknal.commands import options
from seeknal.commands.console import (
    findings_reported,
    print_json,
    print_table,
    short_path,
    show_findings,
)
from seeknal.commands.project import find_root, new_run_id, run_start
from seeknal.compiler.options import Options

if TYPE_CHECKING:
    from seeknal.commands.loading import Loaded
    from seeknal.runtime.report import RunReport
    from seeknal.runtime.runner import RunOptions
    from seeknal.runtime.workflow import Workflow

_INTERRUPTED = 130


@click.command("run")
@options.words("--nodes", "-n", help="These nodes and all downstream of them, ids or bare names.")
@options.words("--types", "-t", help="Nodes of these kinds.")
@options.selection
@click.option("--full", "-f", is_flag=True, help="Run every node, changed or not.")
@click.option(
    "--continue-on-error", is_flag=True, help="After a failure, run what does not need it."
)
@click.option("--dry-run", is_flag=True, help="Show what would run, and why; run nothing.")
@options.params
@options.run_date
@options.as_of
@options.strict
@click.option("--run-id", help="The run's name.  [default: its UTC time, YYYYMMDD_HHMMSS]")
@click.option("--verbose", "-v", is_flag=True, help="Say why each node runs; always write the log.")
@options.project_path
@options.as_json
def run_nodes(
    nodes: tuple[str, ...],
    types: tuple[str, ...],
    tags: tuple[str, ...],
    exclude_tags: tuple[str, ...],
    full: bool,
    continue_on_error: bool,
    dry_run: bool,
    params: dict[str, object],
    run_date: date,
    as_of: datetime | None,
    strict: bool,
    run_id: str | None,
    verbose: bool,
    project_path: Path | None,
    as_json: bool,
) -> None:
    """Run what has changed, in order, and publish each result as parquet.

    Without options, a node runs where its SQL, an input or a data file has changed. Nodes that are
    chosen run in any case, and so does all upstream of them that has no current output. The
    options narrow each other. A node below a failed one is skipped: nothing runs on old data.

    \b
    seeknal run
    seeknal run --nodes clean_orders,customer_trend
    seeknal run --tags daily --date 2026-01-31 --params '{"min_amount": 10}'
    seeknal run --full --continue-on-error
    """
    if full and (nodes or types or tags):
        raise click.UsageError("--full runs every node: leave out --nodes, --types and --tags.")
    root = find_root(project_path)
    run_id = run_id or new_run_id()
    with findings_reported(root, as_json=as_json):
        from seeknal.commands.loading import load
        from seeknal.runtime.runner import RunOptions
        from seeknal.runtime.selection import Request

        request = Request(full=full, nodes=nodes, types=types, tags=tags, exclude_tags=exclude_tags)
        asked = Options(
            run_date=run_date,
            run_id=run_id,
            overrides=params,
            as_of=as_of or run_start(),
            strict=strict,
        )
        loaded = load(root, asked, request)
        if dry_run:
            _dry_run(loaded, as_json)
            return
        chosen = RunOptions(
            run_id=run_id,
            request=request,
            continue_on_error=continue_on_error,
            keep_log=verbose,
        )
        shown = str(as_of).removesuffix(" 00:00:00") if as_of else str(run_date)
        report = _run(loaded, chosen, shown, verbose=verbose, quiet=as_json)
    show_findings(report.findings, root)
    if as_json:
        from seeknal.runtime.report import report_json

        print_json(report_json(report))
    else:
        _show_summary(report, loaded)
    if report.failed:
        sys.exit(_INTERRUPTED if report.interrupted else 1)


def _dry_run(loaded: Loaded, as_json: bool) -> None:
    from seeknal.commands.plan_run import show_steps
    from seeknal.runtime.forecast import forecast

    steps = forecast(loaded.workflow, loaded.selection, loaded.state)
    if as_json:
        print_json([{"id": s.id, "action": s.action, "reason": s.reason} for s in steps])
    else:
        show_steps(steps)


def _run(
    loaded: Loaded, chosen: RunOptions, as_of: str, *, verbose: bool, quiet: bool
) -> RunReport:
    from seeknal.commands.progress import Prints, Progress
    from seeknal.runtime.duckdb_engine import DuckDBEngine
    from seeknal.runtime.files import write_json
    from seeknal.runtime.manifest import build_manifest
    from seeknal.runtime.runner import missing_files, run

    workflow, target = loaded.workflow, loaded.target
    missing_files(workflow, loaded.selection).stop_on_errors()
    if not quiet:
        click.secho("Seeknal Pipeline Execution", bold=True)
        click.echo(f"  Project: {workflow.project}")
        click.echo(f"  Mode: {'Full' if chosen.request.full else 'Incremental'}")
        click.echo(f"  Run: {chosen.run_id}, as of {as_of}")
        click.echo()
    progress = None if quiet else Progress(loaded.selection, verbose=verbose)
    plans = [workflow]

    def replan() -> Workflow:
        # The manifest is of the last one, in which the columns that functions returned are known.
        plans.append(loaded.replan())
        return plans[-1]

    try:
        report = run(
            workflow,
            loaded.selection,
            loaded.state,
            lambda: DuckDBEngine(workflow.root, target.scratch),
            chosen,
            progress or Prints(),
            replan,
        )
    finally:
        if progress:
            progress.close()
    now = datetime.now(UTC).isoformat(timespec="seconds")
    write_json(target.manifest, build_manifest(plans[-1], now))
    return report


def _show_summary(report: RunReport, loaded: Loaded) -> None:
    from seeknal.runtime.report import Status, consolidation_line

    for made in report.entities:
        if made.finding is None:
            click.echo(consolidation_line(made))
    executed = [node for node in report.nodes if node.status is Status.SUCCESS]
    click.echo()
    if executed:
        print_table(
            ("node", "rows in", "rows out", "dropped", "seconds"),
            [
                (
                    node.id,
                    _count(node.rows_in),
                    _count(node.rows_out),
                    _count(node.rows_dropped),
                    f"{node.seconds:.2f}",
                )
                for node in executed
            ],
            right=(1, 2, 3, 4),
        )
        if any(node.rows_dropped for node in executed):
            click.echo("dropped: rows with NULL in a key, which no entity owns")
        click.echo()
    click.secho("Execution Summary", bold=True)
    click.echo(f"  Total nodes: {len(report.nodes):,}")
    click.echo(f"  Executed: {len(executed):,}")
    click.echo(f"  Cached: {report.count(Status.CACHED):,}")
    click.echo(f"  Failed: {report.count(Status.FAILED):,}")
    for status in (Status.SKIPPED, Status.NOT_RUN, Status.INTERRUPTED):
        if count := report.count(status):
            click.echo(f"  {status.capitalize()}: {count:,}")
    click.echo(f"  Duration: {report.seconds:.2f}s")
    click.echo(f"State saved: {short_path(loaded.target.state)}")
    if report.failed:
        click.echo(f"Log: {short_path(loaded.target.log(report.run_id))}")


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"

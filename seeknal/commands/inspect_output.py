"""`seeknal inspect`: the rows and columns of a result."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seeknal.commands import options
from seeknal.commands.console import findings_reported, plural, print_json, print_table
from seeknal.commands.project import check_specs, find_root

if TYPE_CHECKING:
    from seeknal.runtime.outputs import Result
    from seeknal.runtime.paths import Target


@click.command("inspect")
@click.argument("node", required=False)
@click.option(
    "--limit",
    "-l",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="How many rows to show.",
)
@click.option("--schema", "-s", is_flag=True, help="Show the columns and their types.")
@click.option("--list", "as_list", is_flag=True, help="List all results; so does no NODE.")
@options.project_path
@options.as_json
def inspect_output(
    node: str | None,
    limit: int,
    schema: bool,
    as_list: bool,
    project_path: Path | None,
    as_json: bool,
) -> None:
    """Show what the last run published: rows of NODE, or a list of all results.

    \b
    seeknal inspect
    seeknal inspect customer_trend --limit 5
    seeknal inspect second_order_aggregation.customer_trend --schema
    """
    root = find_root(project_path)
    with findings_reported(root, as_json=as_json):
        from seeknal.runtime.outputs import results
        from seeknal.runtime.paths import Target

        target = Target(root)
        found = results(target)
        if node is None or as_list:
            _show_list(found, as_json)
        elif schema:
            _show_schema(_find(node, found, target), as_json)
        else:
            _show_rows(_find(node, found, target), limit, as_json)
        check_specs(root)


def _find(node: str, found: list[Result], target: Target) -> Result:
    from seeknal.compiler.findings import CompileFailed, Finding, Findings
    from seeknal.compiler.select_nodes import find_nodes
    from seeknal.runtime.outputs import done_nodes

    by_id = {result.id: result for result in found}
    done = [id for id in done_nodes(target) if id not in by_id]
    if not by_id and not done:
        message = "there are no results yet"
        raise CompileFailed([Finding("no-results", message, help="`seeknal run` makes them")])
    findings = Findings()
    ids = find_nodes([node], (*by_id, *done), findings)
    if findings.has_errors:
        (finding,) = findings
        if finding.code == "unknown-node":
            message = f"there is no result of a node `{node}`"
            help = finding.help or "`seeknal inspect` lists the results"
            finding = Finding("unknown-node", message, help=help)
        raise CompileFailed([finding])
    if ids[0] in done:
        message = f"`{ids[0]}` has run, and its function returns no rows"
        help = "`output=False` says so; `seeknal inspect` lists the results"
        raise CompileFailed([Finding("no-results", message, help=help)])
    return by_id[ids[0]]


def _show_list(found: list[Result], as_json: bool) -> None:
    from seeknal.runtime.outputs import describe_result

    rows = []
    for result in found:
        columns, total = describe_result(result.path)
        rows.append((result, len(columns), total))
    if as_json:
        print_json(
            [
                {"id": result.id, "columns": columns, "rows": total, "bytes": result.size}
                for result, columns, total in rows
            ]
        )
        return
    if rows:
        print_table(
            ("result", "columns", "rows", "size", "written (UTC)"),
            [
                (
                    result.id,
                    f"{columns:,}",
                    f"{total:,}",
                    _size(result.size),
                    datetime.fromtimestamp(result.modified, UTC).strftime("%Y-%m-%d %H:%M"),
                )
                for result, columns, total in rows
            ],
            right=(1, 2, 3),
        )
    click.echo(plural(len(rows), "result") if rows else "no results yet: `seeknal run` makes them")


def _show_schema(result: Result, as_json: bool) -> None:
    from seeknal.runtime.outputs import describe_result

    columns, total = describe_result(result.path)
    if as_json:
        fields = [{"name": name, "type": type} for name, type in columns]
        print_json({"id": result.id, "rows": total, "columns": fields})
        return
    print_table(("column", "type"), columns)
    click.echo(f"{result.id}: {plural(len(columns), 'column')}, {plural(total, 'row')}")


def _show_rows(result: Result, limit: int, as_json: bool) -> None:
    from seeknal.runtime.outputs import preview, rows_as_json

    if as_json:
        print_json(rows_as_json(result.path, limit))
        return
    shown = preview(result.path, limit)
    print_table(
        [name for name, _ in shown.columns],
        [["NULL" if cell is None else _one_line(cell) for cell in row] for row in shown.rows],
        right=[index for index, (_, type) in enumerate(shown.columns) if _is_number(type)],
    )
    click.echo(f"{result.id}: {len(shown.rows):,} of {plural(shown.total, 'row')}")


def _is_number(type: str) -> bool:
    from seeknal.compiler.types import parse_type

    known = parse_type(type)
    return known is not None and known.is_number


def _one_line(cell: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in cell)


def _size(count: int) -> str:
    """Bytes for people: 999 B, 12 kB, 3.4 MB."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1000:.0f} kB"
    return f"{count / 1_000_000:.1f} MB"

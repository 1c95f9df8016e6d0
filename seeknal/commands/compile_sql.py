"""`seeknal compile`: SQL out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seeknal.commands import options
from seeknal.commands.console import (
    findings_reported,
    plural,
    print_json,
    short_path,
    show_findings,
)
from seeknal.commands.project import compile_project, find_root
from seeknal.compiler.options import Options

if TYPE_CHECKING:
    from seeknal.commands.written import Written

STAGES = ("document", "spec", "model", "plan", "sql")


@click.command("compile")
@click.argument("nodes", nargs=-1, metavar="[NODE]...")
@options.dialects
@options.unverified
@click.option("--inline", is_flag=True, help="Put all upstream nodes into each statement, as CTEs.")
@click.option("--stage", type=click.Choice(STAGES), help="Print what a stage makes of the nodes.")
@click.option("--explain", is_flag=True, help="Print the physical shape of the nodes, and why.")
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the files to this folder, those of several dialects to one folder each.  "
    "[default: target/compiled/<dialect>]",
)
@click.option(
    "--check", is_flag=True, help="Compare with the committed files; 1 where any differs."
)
@click.option("--update", is_flag=True, help="Write the files that --check compares with.")
@click.option(
    "--against",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIRECTORY",
    help="The folder that --check reads and --update writes.  [default: target/compiled]",
)
@options.params
@options.run_date
@options.as_of
@options.strict
@options.project_path
@options.as_json
def compile_sql(
    nodes: tuple[str, ...],
    dialects: tuple[str, ...],
    unverified: bool,
    inline: bool,
    stage: str | None,
    explain: bool,
    output: Path | None,
    check: bool,
    update: bool,
    against: Path | None,
    params: dict[str, object],
    run_date: date,
    as_of: datetime | None,
    strict: bool,
    project_path: Path | None,
    as_json: bool,
) -> None:
    """Compile specs to SQL: print NODE's, or write the files of the whole project.

    A NODE is an id (transform.clean) or, where one node has it, a bare name (clean).
    Warnings go to stderr, so what is printed can be piped into an engine.

    \b
    seeknal compile                               every node, into target/compiled/duckdb
    seeknal compile customer_trend                one statement on stdout
    seeknal compile customer_trend --inline       with all it reads, down to the sources
    seeknal compile --dialect postgres -o sql     the files of another engine
    seeknal compile customer_trend --stage plan   what is computed, before any dialect
    seeknal compile --check                       is target/compiled what compiles now?
    """
    from seeknal.compiler.collector import collector_paused

    click.get_current_context().with_resource(collector_paused())
    root = find_root(project_path)
    asked = Options(
        dialect=dialects[0] if dialects else "duckdb",
        run_date=run_date,
        overrides=params,
        inline=inline,
        as_of=as_of,
        strict=strict,
    )
    if check or update or against:
        from seeknal.commands.check_compiled import Held, hold

        if check == update or inline or stage or explain or output:
            raise click.UsageError(
                "--against goes with --check or --update, and neither of these with the other or "
                "with --inline, --stage, --explain or --output."
            )
        hold(root, Held(asked, nodes, dialects, against, update=update, as_json=as_json))
        return
    plain = not (inline or stage or explain or output or as_json or as_of or strict)
    plain = plain and len(dialects) < 2
    if plain and len(nodes) <= 1 and _shown_from_last(root, asked, nodes):
        return
    with findings_reported(root, as_json=as_json):
        every = [replace(asked, dialect=name) for name in dialects or ("duckdb",)]
        if as_json:
            _print_json(root, every, nodes)
            return
        for one in every:
            folder = output / one.dialect if output and len(every) > 1 else output
            _compile(root, one, nodes, stage, folder, explain=explain, plain=plain)


def _print_json(root: Path, every: Sequence[Options], nodes: tuple[str, ...]) -> None:
    from seeknal.commands.compiled_output import compiled_json

    print_json(compiled_json([compile_project(root, one, nodes) for one in every], nodes))


def _compile(
    root: Path,
    asked: Options,
    nodes: tuple[str, ...],
    stage: str | None,
    output: Path | None,
    *,
    explain: bool,
    plain: bool,
) -> None:
    from seeknal.commands.compiled_output import (
        chosen_nodes,
        explanation,
        statements,
        write_files,
    )
    from seeknal.commands.written import remember
    from seeknal.runtime.paths import Target

    compilation = compile_project(root, asked, nodes)
    made = compilation.artifacts
    chosen = chosen_nodes(compilation, nodes)
    show_findings(compilation.findings, root)
    if stage and stage != "sql":
        from seeknal.compiler.stages import show_stage

        click.echo(show_stage(compilation, stage, chosen).rstrip("\n"))
    elif explain:
        click.echo(explanation(compilation, chosen))
    elif (nodes or stage) and output is None:
        click.echo(statements(compilation, chosen), nl=False)
    else:
        folder = output or Target(root).compiled(asked.dialect)
        written = write_files(made, folder, whole=not nodes)
        without = len(chosen) - len(made)
        if plain and compilation.repeatable:
            from seeknal.compiler.render_findings import to_json

            findings = to_json(compilation.findings)
            remember(root, asked, folder, tuple(made), findings, without)
        _show_written(len(made), asked.dialect, folder, written, without)


def _show_written(count: int, dialect: str, folder: Path, written: Written, without: int) -> None:
    removed = f", {plural(written.removed, 'file')} removed" if written.removed else ""
    click.echo(
        f"compiled {plural(count, 'node')} for {dialect} into {short_path(folder)}: "
        f"{plural(written.changed, 'file')} written, {written.unchanged:,} unchanged{removed}"
    )
    if without:
        verb = "has" if without == 1 else "have"
        click.echo(f"{plural(without, 'node')} in Python {verb} no SQL")


def _shown_from_last(root: Path, asked: Options, nodes: tuple[str, ...]) -> bool:
    """Show what the last whole compilation wrote; False where something has changed since."""
    from seeknal.commands.written import Written, last_compiled
    from seeknal.runtime.paths import Target

    last = last_compiled(root, asked, Target(root).compiled(asked.dialect))
    if last is None:
        return False
    text = last.text_of(nodes[0]) if nodes else ""
    if text is None:
        return False
    if last.findings:
        from seeknal.compiler.render_findings import from_json

        show_findings(from_json(last.findings), root)
    if nodes:
        click.echo(text, nl=False)
    else:
        written = Written(0, len(last.files), 0)
        _show_written(len(last.nodes), asked.dialect, last.folder, written, last.without)
    return True

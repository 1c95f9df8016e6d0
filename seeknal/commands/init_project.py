"""`seeknal init`: start a project."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from seeknal.commands.console import plural
from seeknal.commands.project import PROJECT_FILE


@click.command("init")
@click.option("--name", "-n", help="The project's name.  [default: the folder's]")
@click.option("--description", "-d", default="", help="One line on what the project is for.")
@click.option(
    "--path",
    "-p",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    help="The folder to start in; it is made where it does not exist.  [default: here]",
)
@click.option("--force", "-f", is_flag=True, help=f"Replace an existing {PROJECT_FILE}.")
@click.option("--example", is_flag=True, help="Add three nodes over a small csv file, to try out.")
def init_project(
    name: str | None, description: str, path: Path, force: bool, example: bool
) -> None:
    """Start a project: its file, its folders, nothing that has to be deleted again.

    \b
    seeknal init --name shop
    seeknal init --name shop --path shop --example
    """
    from seeknal.commands.starter import write_starter

    root = path.resolve()
    if (root / PROJECT_FILE).exists() and not force:
        click.echo(
            f"error[project-exists]: {root / PROJECT_FILE} exists\n"
            "     = help: work in it, or replace that file with --force; specs are never touched",
            err=True,
        )
        sys.exit(1)
    written = write_starter(root, name or root.name, description, example=example)
    click.echo(f"{root}: {plural(len(written), 'file')} written")
    for file in written:
        click.echo(f"  {file.relative_to(root).as_posix()}")
    click.echo("Next:")
    if root != Path.cwd():
        click.echo(f"  cd {path}")
    if not example:
        click.echo("  put a spec into seeknal/sources/ (kind, name, source: csv, table: a path)")
    click.echo("  seeknal plan")
    click.echo("  seeknal run")

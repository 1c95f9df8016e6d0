"""`seeknal info`: versions and the project that commands would work on."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click

import seeknal
from seeknal.commands import options
from seeknal.commands.console import findings_reported, print_json
from seeknal.commands.project import check_specs, find_root


@click.command("info")
@options.project_path
@options.as_json
def info(project_path: Path | None, as_json: bool) -> None:
    """Show versions, and the project that commands would work on.

    \b
    seeknal info
    seeknal info --project-path examples/flights --json
    """
    from importlib.metadata import version

    facts: dict[str, str | None] = {
        "seeknal": seeknal.__version__,
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        "duckdb": version("duckdb"),
        "sqlglot": version("sqlglot"),
    }
    root = None
    try:
        root = find_root(project_path)
    except click.UsageError:
        facts["project"] = None
    else:
        facts["project"] = str(root)
        facts["last run"] = _last_run(root)
    if as_json:
        print_json(facts)
    else:
        _show(facts)
    if root is not None:
        with findings_reported(root):
            check_specs(root)


def _show(facts: Mapping[str, str | None]) -> None:
    width = max(len(name) for name in facts)
    for name, value in facts.items():
        click.echo(f"{name:<{width}}  {value or 'none'}")


def _last_run(root: Path) -> str | None:
    from seeknal.runtime.paths import Target
    from seeknal.runtime.state import UnreadableState, load_state

    try:
        state = load_state(Target(root).state)
    except UnreadableState:
        return "target/run_state.json is unreadable"
    return f"{state.run_id}, {len(state.nodes)} nodes on record" if state.run_id else None

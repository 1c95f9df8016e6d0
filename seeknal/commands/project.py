"""From the command line to a compiled project."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seeknal.compiler.options import Options

if TYPE_CHECKING:
    from seeknal.compiler.build import Compilation

PROJECT_FILE = "seeknal_project.yml"


def find_root(given: Path | None) -> Path:
    """The project's folder: the given one, else the working directory or the nearest one above.

    A folder with `seeknal/` or a project file is a project. Raises UsageError where there is none.
    """
    start = (given or Path.cwd()).resolve()
    for folder in [start] if given else [start, *start.parents]:
        if (folder / PROJECT_FILE).is_file() or (
            (folder / "seeknal").is_dir() and not (folder / "seeknal" / "__init__.py").exists()
        ):
            return folder
    raise click.UsageError(
        f"{start} is not a seeknal project: it has no {PROJECT_FILE} and no folder seeknal/. "
        "`seeknal init` makes a project."
    )


def new_run_id() -> str:
    """The time of the run in UTC: YYYYMMDD_HHMMSS."""
    return datetime.now(UTC).strftime("%Y%m%d_%H%M%S")


def run_start() -> datetime:
    """Now in UTC, without a zone: what feature groups over events are as of unless told."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def compile_project(root: Path, asked: Options, nodes: tuple[str, ...] = ()) -> Compilation:
    """Compile the project. Raises CompileFailed with all that is wrong."""
    from seeknal.compiler import build

    return build.compile_project(root, replace(asked, run_id=asked.run_id or new_run_id()), nodes)


def check_specs(root: Path) -> None:
    """Raise CompileFailed where a spec is bad, for commands that need no compiled project.

    Where nothing has changed since the last compilation without errors, no spec is read.
    """
    from seeknal.compiler import checked
    from seeknal.compiler.project_files import SPECS

    today = datetime.now(UTC).date()
    key = checked.key_of(root, today, {})
    if (root / SPECS).is_dir() and not checked.unchanged(root, key, os.environ):
        _raise_but_for_parameters(root, today)


def _raise_but_for_parameters(root: Path, today: date) -> None:
    """A value that only the command line gives is not missing here."""
    from seeknal.compiler.findings import CompileFailed, Severity

    try:
        compile_project(root, Options(run_date=today, overrides={}, wait=True))
    except CompileFailed as failed:
        errors = [f for f in failed.findings if f.severity is Severity.ERROR]
        if any(finding.code != "unknown-parameter" for finding in errors):
            raise

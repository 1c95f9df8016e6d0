"""`seeknal compile --check` and `--update`: what compiles, beside what was committed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from seeknal.commands.console import (
    fail,
    findings_reported,
    plural,
    print_json,
    short_path,
    show_findings,
)
from seeknal.commands.project import compile_project
from seeknal.commands.python_nodes import python_nodes
from seeknal.compiler.findings import Finding, Findings, Place
from seeknal.compiler.options import Options
from seeknal.compiler.render_findings import to_json
from seeknal.runtime.paths import Target
from seeknal.testing.compare_folder import NodeDiff, Status, compare_folder
from seeknal.testing.compare_report import SAID, diff_json, diff_lines
from seeknal.testing.settings import RUN_ID, dated_places, read_settings

if TYPE_CHECKING:
    from seeknal.compiler.build import Compilation


@dataclass(frozen=True, slots=True)
class Held:
    """What the command line says of a check: `dialects` is empty where the project decides."""

    asked: Options
    nodes: tuple[str, ...]
    dialects: tuple[str, ...]
    against: Path | None
    _: KW_ONLY
    update: bool
    as_json: bool


def hold(root: Path, held: Held) -> None:
    """Compare or write, print what differs, and leave with exit code 1 where anything does."""
    with findings_reported(root, as_json=held.as_json):
        findings = Findings()
        settings = read_settings(root, findings)
        findings.stop_on_errors()
        dialects = held.dialects or settings.dialects
        given = click.get_current_context().get_parameter_source("run_date")
        day = settings.day if given is ParameterSource.DEFAULT else None
        asked = replace(held.asked, run_date=day or held.asked.run_date, run_id=RUN_ID)
        compilations = {
            name: compile_project(root, replace(asked, dialect=name), held.nodes)
            for name in dialects
        }
        if given is ParameterSource.DEFAULT and settings.day is None:
            _stop_where_dated(compilations.values())
    warnings = {finding: None for found in compilations.values() for finding in found.findings}
    if not held.as_json:
        show_findings(warnings, root)
    diffs: list[NodeDiff] = []
    for name, compilation in compilations.items():
        folder = _folder(root, held.against, name, only=len(dialects) == 1)
        diffs += _compare(compilation, folder, held)
        if held.update:
            _write(compilation, folder, held)
    without = python_nodes(next(iter(compilations.values())), held.nodes)
    if held.update:
        if held.as_json:
            nodes = [diff_json(diff) for diff in diffs]
            print_json({"nodes": nodes, "without_sql": list(without), "findings": []})
        return
    _report(root, held, diffs, compilations, tuple(warnings), without)


def _folder(root: Path, against: Path | None, dialect: str, *, only: bool) -> Path:
    """The folder of a dialect's files; one that `compile -o` wrote holds them itself."""
    if against is None:
        return Target(root).compiled(dialect)
    if only and not (against / dialect).is_dir() and any(against.glob("*.sql")):
        return against
    return against / dialect


def _compare(compilation: Compilation, folder: Path, held: Held) -> list[NodeDiff]:
    from seeknal.compiler.dialects.registry import dialect

    printer = dialect(compilation.dialect).printer
    artifacts = compilation.artifacts
    return compare_folder(artifacts, folder, compilation.dialect, printer, whole=not held.nodes)


def _write(compilation: Compilation, folder: Path, held: Held) -> None:
    from seeknal.commands.compiled_output import write_files

    written = write_files(compilation.artifacts, folder, whole=not held.nodes)
    if not held.as_json:
        removed = f", {plural(written.removed, 'file')} removed" if written.removed else ""
        click.echo(
            f"updated {short_path(folder)}: {plural(written.changed, 'file')} written, "
            f"{written.unchanged:,} unchanged{removed}"
        )


def _report(
    root: Path,
    held: Held,
    diffs: Sequence[NodeDiff],
    compilations: Mapping[str, Compilation],
    warnings: Sequence[Finding],
    without: Sequence[str],
) -> None:
    differing = [diff for diff in diffs if diff.status is not Status.SAME]
    folders = {
        name: _folder(root, held.against, name, only=len(compilations) == 1)
        for name in compilations
    }
    specs = {
        id: spec.place
        for found in compilations.values()
        for id, spec in found.project.specs.items()
    }
    found = _findings(root, differing, folders, specs)
    if held.as_json:
        nodes = [diff_json(diff) for diff in diffs]
        findings = to_json([*warnings, *found])
        print_json({"nodes": nodes, "without_sql": list(without), "findings": findings})
        sys.exit(1 if differing else 0)
    for diff in differing:
        for line in diff_lines(diff):
            click.echo(line)
        click.echo()
    for name, folder in folders.items():
        count = sum(diff.dialect == name for diff in diffs)
        wrong = sum(diff.dialect == name for diff in differing)
        said = f"{wrong:,} of {plural(count, 'node')}" if wrong else plural(count, "node")
        verb = ("differs" if wrong == 1 else "differ") + " from" if wrong else "compile to"
        if count == 1 and not wrong:
            verb = "compiles to"
        click.echo(f"{name}: {said} {verb} {short_path(folder)}")
    if without and held.nodes:
        click.echo(f"no SQL to compare, written in Python: {', '.join(without)}")
    if found:
        fail(found, root)


def _findings(
    root: Path,
    differing: Iterable[NodeDiff],
    folders: Mapping[str, Path],
    specs: Mapping[str, Place],
) -> list[Finding]:
    """One finding a node and status, for all dialects that it stands in."""
    groups: dict[tuple[str, Status], list[NodeDiff]] = {}
    for diff in differing:
        groups.setdefault((diff.id, diff.status), []).append(diff)
    found = []
    for (id, status), diffs in groups.items():
        first = diffs[0]
        file = os.path.relpath(folders[first.dialect] / first.files[0], root).replace(os.sep, "/")
        names = " and ".join(diff.dialect for diff in diffs)
        place = specs.get(id)
        if status in (Status.GONE, Status.UNREADABLE) or place is None:
            place = Place(file, first.line)
        message = f"`{id}` for {names}: {SAID[status]}"
        if first.reason:
            message += f": {first.reason}"
        help = "`seeknal compile --update` writes what compiles now; commit it with the change"
        if status is Status.GONE:
            help = "`seeknal compile --update` removes the files of nodes that are gone"
        code = (
            "no-snapshot"
            if status is Status.NEW
            else "left-over-snapshot"
            if status is Status.GONE
            else "unreadable-snapshot"
            if status is Status.UNREADABLE
            else "snapshot-differs"
        )
        found.append(Finding(code, message, place, help))
    return found


def _stop_where_dated(compilations: Iterable[Compilation]) -> None:
    findings = Findings()
    places = {
        place: None
        for compilation in compilations
        for place in dated_places(compilation.project, compilation.artifacts.keys())
    }
    for place in places:
        findings.error(
            "needs-date",
            "the SQL holds the day on which it is compiled, so a snapshot of today is not what "
            "compiles tomorrow",
            place,
            "say which day snapshots are of: `snapshot_date: 2026-01-31` in seeknal_project.yml, "
            "or --date",
        )
    findings.stop_on_errors()

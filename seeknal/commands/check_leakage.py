"""`seeknal check leakage`: does anything after an as-of reach a training set?"""

from __future__ import annotations

import sys
from copy import copy
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seeknal.commands import options
from seeknal.commands.console import fail, findings_reported, plural, print_json, show_findings
from seeknal.commands.project import compile_project, find_root
from seeknal.compiler.options import Options

if TYPE_CHECKING:
    from seeknal.compiler.build import Compilation
    from seeknal.compiler.findings import Finding
    from seeknal.runtime.leakage import DataReport
    from seeknal.runtime.leakage_facts import Limits


@click.group("check")
def check() -> None:
    """Check what no engine reports: that a training set is sound."""


@check.command("leakage", short_help="Find values from after the as-of.")
@click.argument("training_sets", nargs=-1, metavar="[TRAINING_SET]...")
@click.option("--static", is_flag=True, help="Read the specs alone; run nothing.")
@click.option("--cuts", default=5, show_default=True, help="Test at so many as-ofs.")
@click.option(
    "--spine-rows", default=1000, show_default=True, help="Test so many rows of the spine."
)
@click.option(
    "--source-rows", default=100_000, show_default=True, help="Read so many rows of a source."
)
@options.strict
@options.params
@options.run_date
@options.project_path
@options.as_json
def check_leakage(
    training_sets: tuple[str, ...],
    static: bool,
    cuts: int,
    spine_rows: int,
    source_rows: int,
    strict: bool,
    params: dict[str, object],
    run_date: date,
    project_path: Path | None,
    as_json: bool,
) -> None:
    """Find values that reach a training set from after its as-of.

    First by the specs: every value is followed down to the sources, and what is not bounded by
    the as-of of its row is a warning. Then on the data, in a database in memory: what comes after
    an as-of is left out, put back and changed, and the rows before it must come out the same.
    Where one does not, that is an error that names the feature, the row and the event.

    \b
    seeknal check leakage                     every training set
    seeknal check leakage churn --static      one, by its specs alone
    seeknal check leakage --strict            warnings are errors, as in continuous integration
    """
    root = find_root(project_path)
    with findings_reported(root, as_json=as_json):
        from seeknal.compiler.leakage import leakage_findings
        from seeknal.runtime.leakage_facts import Limits

        asked = Options(run_date=run_date, overrides=params, wait=True)
        compilation = compile_project(root, asked)
        chosen = _chosen(compilation, training_sets)
        findings = leakage_findings(compilation.model, chosen, strict=strict)
        limits = Limits(cuts=cuts, spine_rows=spine_rows, source_rows=source_rows)
        reports = [] if static else _on_data(compilation, chosen, limits, quiet=as_json)
    from seeknal.compiler.findings import Severity
    from seeknal.compiler.render_findings import to_json
    from seeknal.runtime.leakage_report import leak_findings, report_json

    findings += [finding for report in reports for finding in leak_findings(report)]
    failed = any(finding.severity is Severity.ERROR for finding in findings)
    if as_json:
        data = [report_json(report) for report in reports]
        print_json({"training_sets": chosen, "findings": to_json(findings), "data": data})
    elif failed:
        _show(chosen, findings, reports)
        fail(findings, root)
    else:
        show_findings(findings, root)
        _show(chosen, findings, reports)
    sys.exit(1 if failed else 0)


# The same command under its older name.
alias = copy(check_leakage)
alias.name = "check-leakage"


def _chosen(compilation: Compilation, words: tuple[str, ...]) -> list[str]:
    """The ids of the training sets that were named, or of all.

    Raises CompileFailed where one reads columns that are not known before a function has run.
    """
    from seeknal.compiler.build import report_waiting
    from seeknal.compiler.findings import Findings
    from seeknal.compiler.select_nodes import find_nodes

    specs = compilation.project.specs
    known = [id for id in compilation.order if specs[id].kind == "training_set"]
    findings = Findings()
    found = find_nodes(words, compilation.order, findings) if words else known
    findings.stop_on_errors()
    others = [id for id in found if id not in known]
    if others:
        raise click.UsageError(f"{others[0]} is not a training set.")
    chosen = [id for id in known if id in found]
    report_waiting(compilation.model, chosen, findings)
    findings.stop_on_errors()
    return chosen


def _on_data(
    compilation: Compilation, chosen: list[str], limits: Limits, *, quiet: bool
) -> list[DataReport]:
    from seeknal.compiler.findings import CompileFailed, Finding
    from seeknal.runtime.engine import EngineError
    from seeknal.runtime.leakage import check_on_data

    reports = []
    for id in chosen:

        def progress(line: str, id: str = id) -> None:
            if not quiet:
                click.echo(f"{id}: {line}", err=True)

        try:
            reports.append(check_on_data(compilation, id, limits, progress))
        except EngineError as error:
            place = compilation.project.specs[id].place
            message = f"{id} cannot be tested: {error.message}"
            raise CompileFailed([Finding(error.code, message, place, error.help)]) from error
    return reports


def _show(chosen: list[str], findings: list[Finding], reports: list[DataReport]) -> None:
    from seeknal.runtime.leakage_report import summary

    if not chosen:
        click.echo("the project has no training set")
    elif not findings and not reports:
        click.echo(f"{plural(len(chosen), 'training set')}: no finding")
    for report in reports:
        for line in summary(report):
            click.echo(line)

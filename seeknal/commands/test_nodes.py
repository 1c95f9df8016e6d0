"""`seeknal test`: the unit tests of the specs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seeknal.commands import options
from seeknal.commands.console import findings_reported, plural, print_json, show_findings
from seeknal.commands.project import find_root

if TYPE_CHECKING:
    from seeknal.testing.run_tests import Outcome


@click.command("test", short_help="Run the unit tests of the specs.")
@click.argument("nodes", nargs=-1, metavar="[NODE]...")
@click.option(
    "--dialect",
    "dialects",
    multiple=True,
    metavar="A,B",
    callback=options.read_dialects,
    help="Run every test on these engines.  [default: those that each test names, else duckdb]",
)
@options.params
@options.project_path
@options.as_json
def test_nodes(
    nodes: tuple[str, ...],
    dialects: tuple[str, ...],
    params: dict[str, object],
    project_path: Path | None,
    as_json: bool,
) -> None:
    """Run the unit tests that stand under `tests:` in specs: all, or those of NODEs.

    A test gives rows to the nodes that its node reads, and expects rows of it. No file of data is
    read and none is written. The exit code is 1 where a test fails.

    \b
    seeknal test
    seeknal test customer_trend --dialect duckdb,postgres
    """
    root = find_root(project_path)
    with findings_reported(root, as_json=as_json):
        from seeknal.compiler.findings import Findings
        from seeknal.compiler.select_nodes import find_nodes
        from seeknal.testing.engines import Engines
        from seeknal.testing.run_tests import Runner, compile_for_tests, find_tests

        base = compile_for_tests(root, params)
        findings = Findings()
        asked = find_nodes(nodes, base.order, findings) if nodes else base.order
        tests = find_tests(base, asked, findings)
        findings.stop_on_errors()
        engines = Engines()
        outcomes = []
        try:
            runner = Runner(base, params, engines)
            for test in tests:
                for dialect in dialects or test.dialects:
                    outcomes.append(runner.run(test, dialect))
                    if not as_json:
                        _show(outcomes[-1], root)
        finally:
            engines.close()
    failed = sum(not outcome.passed for outcome in outcomes)
    if as_json:
        print_json({"tests": [_json(outcome) for outcome in outcomes], "failed": failed})
    else:
        rest = f", {failed:,} failed" if failed else ""
        click.echo(f"{plural(len(outcomes), 'test')}: {len(outcomes) - failed:,} passed{rest}")
    if failed:
        sys.exit(1)


def _show(outcome: Outcome, root: Path) -> None:
    word = "ok    " if outcome.passed else "FAILED"
    click.echo(f"{word}  {outcome.test.node}: {outcome.test.name} [{outcome.dialect}]")
    for line in outcome.lines():
        click.echo(f"  {line}")
    show_findings(outcome.findings, root)


def _json(outcome: Outcome) -> dict[str, Any]:
    from seeknal.compiler.render_findings import to_json

    rows = outcome.rows
    return {
        "node": outcome.test.node,
        "name": outcome.test.name,
        "dialect": outcome.dialect,
        "passed": outcome.passed,
        "columns": list(rows.columns) if rows else [],
        "differing": [{"expected": e, "actual": a} for e, a in rows.pairs] if rows else [],
        "findings": to_json(outcome.findings),
    }

"""`seeknal draft`: a spec to start from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from seeknal.commands import options
from seeknal.commands.console import findings_reported, short_path
from seeknal.commands.project import Asked, compile_project, find_root

_LONGEST = 128


@click.command("draft")
@click.argument("kind")
@click.argument("name")
@click.option("--from", "read", metavar="NODE|FILE", default="", help="What the draft reads.")
@click.option("--description", "-d", default="", help="One line on what the node is for.")
@click.option("--force", is_flag=True, help="Replace a draft of the same name.")
@options.project_path
def draft_node(
    kind: str, name: str, read: str, description: str, force: bool, project_path: Path | None
) -> None:
    """Write a spec to start from, draft_<kind>_<name>.yml, that runs as it is.

    KIND is source, transform, feature-group, aggregation, second-order-aggregation or
    training-set. Columns are those of what the draft reads: the first node, or for a source the
    first data file, that suits, unless `--from` names it.

    \b
    seeknal draft source orders --from data/orders.csv
    seeknal draft feature-group customer_pace --from source.orders
    seeknal dry-run draft_feature_group_customer_pace.yml
    seeknal apply draft_feature_group_customer_pace.yml
    """
    root = find_root(project_path)
    with findings_reported(root):
        from seeknal.compiler.findings import Findings
        from seeknal.compiler.suggest import suggest
        from seeknal.drafts.templates import KINDS, Ask, draft_text

        findings = Findings()
        found = kind.replace("-", "_").lower()
        if found not in KINDS:
            findings.error(
                "unknown-kind",
                f"there is no kind of node `{kind}` to draft",
                help=suggest(found, KINDS, "kinds"),
            )
        if not name or len(name) > _LONGEST or set(name) & set(" /\\."):
            findings.error(
                "bad-name",
                f"`{name}` is no name of a node",
                help=f"a name has up to {_LONGEST} letters, digits and underscores",
            )
        findings.stop_on_errors()
        path = Path(f"draft_{found}_{name}.yml")
        if path.exists() and not force:
            findings.error(
                "node-exists", f"`{path}` exists", help="edit it, or replace it with `--force`"
            )
        findings.stop_on_errors()
        today = datetime.now(UTC).date()
        compilation = compile_project(root, Asked(run_date=today, params={}))
        text = draft_text(Ask(found, name, description, read), compilation, findings)
        findings.stop_on_errors()
        assert text is not None
        path.write_text(text, "utf-8")
    click.echo(f"{short_path(path.resolve())} written")
    click.echo("Next:")
    click.echo(f"  seeknal dry-run {path}    its rows, nothing written")
    click.echo(f"  seeknal apply {path}      into the project")

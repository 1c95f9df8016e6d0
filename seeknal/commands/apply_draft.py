"""`seeknal apply`: a draft becomes a spec of the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seeknal.commands import options
from seeknal.commands.console import (
    findings_reported,
    plural,
    print_json,
    print_table,
    show_findings,
)
from seeknal.commands.project import compile_project, find_root, run_start
from seeknal.compiler.options import Options

if TYPE_CHECKING:
    from seeknal.compiler.findings import Findings, Place
    from seeknal.drafts.changes import NodeChange
    from seeknal.drafts.reading import Draft


@click.command("apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", "-f", is_flag=True, help="Replace the spec that defines the node now.")
@options.params
@options.run_date
@options.project_path
@options.as_json
def apply_draft(
    file: Path,
    force: bool,
    params: dict[str, object],
    run_date: date,
    project_path: Path | None,
    as_json: bool,
) -> None:
    """Move a draft into the project, and show what changes below it.

    The project is compiled with the draft first: where that fails, nothing is moved. The spec
    goes to seeknal/<kind>s/<name>.yml, or with `--force` over the file that defines the node. A
    file of Python goes to seeknal/<kind>s/<name>.py of its first node.

    \b
    seeknal apply draft_transform_clean_orders.yml
    seeknal apply draft_transform_clean_orders.yml --force
    seeknal apply draft_transform_scored.py
    """
    root = find_root(project_path)
    with findings_reported(root, as_json=as_json):
        from seeknal.compiler.findings import CompileFailed
        from seeknal.drafts.changes import changes_of
        from seeknal.drafts.reading import read_draft, with_draft

        draft = read_draft(file, root)
        replaced = draft.home if draft.is_python and (root / draft.home).exists() else ""
        after = with_draft(draft, root, run_date, params, replaced=replaced)
        try:
            asked = Options(run_date=run_date, overrides=params, as_of=run_start(), wait=True)
            before = compile_project(root, asked)
        except CompileFailed:
            # What the draft mends was broken: all of it is new.
            before = None
        home = _home(draft, _places(draft, root), root, force=force)
        changes = changes_of(draft.ids, before, after)
        _move(draft, root / home)
    if as_json:
        found = [change.as_json() for change in changes]
        print_json({"id": draft.id, "ids": [*draft.ids], "file": home, "changes": found})
        return
    show_findings(after.findings, root)
    click.echo(f"{draft.file} moved to {home}")
    if len(draft.ids) > 1:
        click.echo(
            f"it defines {plural(len(draft.ids), 'node')}, and is in the folder of the first: "
            f"{', '.join(draft.ids)}"
        )
    _show(draft, changes)


def _places(draft: Draft, root: Path) -> dict[str, Place]:
    """Where the project defines nodes of the draft, right or wrong."""
    from seeknal.compiler.findings import Findings
    from seeknal.compiler.project import load_project

    documents = load_project(root, Findings()).documents
    return {id: documents[id].place("name") for id in draft.ids if id in documents}


def _home(draft: Draft, known: Mapping[str, Place], root: Path, *, force: bool) -> str:
    """Where the spec goes. Raises CompileFailed where a spec is there and `force` is not given."""
    from seeknal.compiler.findings import Findings

    place = known.get(draft.id)
    home = draft.home
    if place is not None and not draft.is_python and not place.file.endswith(".py"):
        home = place.file
    findings = Findings()
    if (root / home).resolve() == draft.path or any(
        (root / place.file).resolve() == draft.path for place in known.values()
    ):
        findings.error(
            "node-exists",
            f"`{draft.file}` is in the project already",
            help="`seeknal dry-run` shows what it does, `seeknal run` runs it",
        )
        findings.stop_on_errors()
    _refuse_elsewhere(known, home, findings)
    if not findings.has_errors and (root / home).exists() and not force:
        findings.error(
            "node-exists",
            f"`{home}` defines {draft.id} already" if place else f"`{home}` exists",
            place if place and place.file == home else None,
            help="replace it with `--force`, or give the draft another name",
        )
    findings.stop_on_errors()
    return home


def _refuse_elsewhere(known: Mapping[str, Place], home: str, findings: Findings) -> None:
    """Report the nodes that a file defines which the draft would not take the place of."""
    for id, place in known.items():
        if place.file != home:
            findings.error(
                "node-exists",
                f"`{place.file}` defines {id}, and the draft would go to `{home}`",
                place,
                help="take the node out of that file, or give the draft's another name",
            )


def _move(draft: Draft, home: Path) -> None:
    from seeknal.runtime.files import write_text

    home.parent.mkdir(parents=True, exist_ok=True)
    write_text(home, draft.text)
    draft.path.unlink()


def _show(draft: Draft, changes: Sequence[NodeChange]) -> None:
    rows = [(change.id, change.words, _columns(change), _next(change)) for change in changes]
    print_table(("node", "change", "columns", "next run"), rows)
    below = [change for change in changes if change.id not in draft.ids and change.words != "gone"]
    if below:
        click.echo(f"{plural(len(below), 'node')} below run again where the rows have changed")


def _columns(change: NodeChange) -> str:
    if not change.known:
        return "known once it has run"
    parts = [
        f"{sign}{name}"
        for names, sign in ((change.added, "+"), (change.removed, "-"), (change.retyped, "~"))
        for name in names
    ]
    return " ".join(parts) or ("new" if change.words == "new" else "same")


def _next(change: NodeChange) -> str:
    if change.words == "gone":
        return "none"
    return f"runs: {change.reason}" if change.reason else "cached"

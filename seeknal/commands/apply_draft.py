"""`seeknal apply`: a draft becomes a spec of the project."""

from __future__ import annotations

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
from seeknal.commands.project import Asked, compile_project, find_root, run_start

if TYPE_CHECKING:
    from seeknal.compiler.build import Compilation
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
    goes to seeknal/<kind>s/<name>.yml, or with `--force` over the file that defines the node.

    \b
    seeknal apply draft_transform_clean_orders.yml
    seeknal apply draft_transform_clean_orders.yml --force
    """
    root = find_root(project_path)
    with findings_reported(root, as_json=as_json):
        from seeknal.compiler.findings import CompileFailed
        from seeknal.drafts.reading import read_draft, with_draft

        draft = read_draft(file, root)
        after = with_draft(draft, root, run_date, params)
        try:
            asked = Asked(run_date=run_date, params=params, as_of=run_start())
            before = compile_project(root, asked)
        except CompileFailed:
            # What the draft mends was broken: all of it is new.
            before = None
        home = _home(draft, before, root, force=force)
        changes = _changes(draft.id, before, after)
        _move(draft, root / home)
    if as_json:
        print_json({"id": draft.id, "file": home, "changes": changes})
        return
    show_findings(after.findings, root)
    click.echo(f"{draft.file} moved to {home}")
    _show(draft.id, changes)


def _home(draft: Draft, before: Compilation | None, root: Path, *, force: bool) -> str:
    """Where the spec goes. Raises CompileFailed where a spec is there and `force` is not given."""
    from seeknal.compiler.findings import Findings

    known = before.project.specs.get(draft.id) if before is not None else None
    home = known.place.file if known is not None else draft.home
    findings = Findings()
    if (root / home).resolve() == draft.path:
        findings.error(
            "node-exists",
            f"`{home}` is in the project already",
            help="`seeknal dry-run` shows what it does, `seeknal run` runs it",
        )
    elif (root / home).exists() and not force:
        findings.error(
            "node-exists",
            f"`{home}` defines {draft.id} already",
            known.place if known is not None else None,
            help="replace it with `--force`, or give the draft another name",
        )
    findings.stop_on_errors()
    return home


def _move(draft: Draft, home: Path) -> None:
    from seeknal.runtime.files import write_text

    home.parent.mkdir(parents=True, exist_ok=True)
    write_text(home, draft.text)
    draft.path.unlink()


def _changes(node: str, before: Compilation | None, after: Compilation) -> list[dict[str, object]]:
    """The node and all below it: what becomes of the SQL and the columns of each."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        id = waiting.pop()
        if id not in found:
            found.add(id)
            waiting += after.downstream.get(id, ())
    return [_change(id, before, after) for id in after.order if id in found]


def _change(id: str, before: Compilation | None, after: Compilation) -> dict[str, object]:
    old = before.artifacts.get(id) if before is not None else None
    new = after.artifacts[id]
    had = {column.name: str(column.type) for column in old.columns} if old is not None else {}
    has = {column.name: str(column.type) for column in new.columns}
    return {
        "id": id,
        "sql": "new" if old is None else "same" if old.digest == new.digest else "changed",
        "added": [name for name in has if name not in had] if old is not None else [],
        "removed": [name for name in had if name not in has],
        "retyped": [name for name in has if name in had and had[name] != has[name]],
    }


def _show(node: str, changes: list[dict[str, object]]) -> None:
    below = [change for change in changes if change["id"] != node]
    rows = [(str(change["id"]), str(change["sql"]), _columns(change)) for change in changes]
    print_table(("node", "SQL", "columns"), rows)
    if below:
        click.echo(f"{plural(len(below), 'node')} below run again where the rows have changed")


def _columns(change: dict[str, object]) -> str:
    parts = []
    for key, sign in (("added", "+"), ("removed", "-"), ("retyped", "~")):
        names = change[key]
        assert isinstance(names, list)
        parts += [f"{sign}{name}" for name in names]
    return " ".join(parts) or "same" if change["sql"] != "new" else "new"

"""`seeknal draft`: a spec to start from."""

from __future__ import annotations

import keyword
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seeknal.commands import options
from seeknal.commands.console import findings_reported, short_path
from seeknal.commands.project import compile_project, find_root
from seeknal.compiler.options import Options

if TYPE_CHECKING:
    from seeknal.compiler.findings import Findings

_LONGEST = 128
_COMMON = ("common_source", "common_rule", "common_transformation", "common_transform")


@click.command("draft")
@click.argument("kind")
@click.argument("name")
@click.option("--from", "read", metavar="NODE|FILE", default="", help="What the draft reads.")
@click.option("--description", "-d", default="", help="One line on what the node is for.")
@click.option("--python", "-py", is_flag=True, help="Write a function in Python.")
@click.option(
    "--deps",
    metavar="A,B",
    multiple=True,
    help="Packages that the file asks for, with `--python`.  [default: what the template needs]",
)
@click.option("--force", "-f", is_flag=True, help="Replace a draft of the same name.")
@options.project_path
def draft_node(
    kind: str,
    name: str,
    read: str,
    description: str,
    python: bool,
    deps: tuple[str, ...],
    force: bool,
    project_path: Path | None,
) -> None:
    """Write a spec to start from, draft_<kind>_<name>.yml, that runs as it is.

    KIND is source, transform, feature-group, aggregation, second-order-aggregation or
    training-set. Columns are those of what the draft reads: the first node, or for a source the
    first data file, that suits, unless `--from` names it. With `--python` it is a decorated
    function in draft_<kind>_<name>.py; an aggregation is a transform there.

    \b
    seeknal draft source orders --from data/orders.csv
    seeknal draft feature-group customer_pace --from source.orders
    seeknal draft transform scored --python --deps scikit-learn,pandas
    seeknal dry-run draft_feature_group_customer_pace.yml
    seeknal apply draft_feature_group_customer_pace.yml
    """
    if deps and not python:
        raise click.UsageError("--deps goes with --python: a spec in YAML asks for no packages.")
    root = find_root(project_path)
    with findings_reported(root):
        from seeknal.compiler.findings import Findings
        from seeknal.drafts.templates import Ask, draft

        findings = Findings()
        ask = Ask(
            kind=kind.replace("-", "_").lower(),
            name=name,
            description=" ".join(description.split()),
            read=read,
            python=python,
            deps=_packages(kind, deps, findings) if python else (),
        )
        _check_kind(kind, ask.kind, findings, python=python)
        _check_name(name, findings, python=python)
        findings.stop_on_errors()
        path = Path(f"draft_{ask.kind}_{name}{ask.suffix}")
        if path.exists() and not force:
            findings.error(
                "node-exists", f"`{path}` exists", help="edit it, or replace it with `--force`"
            )
        findings.stop_on_errors()
        today = datetime.now(UTC).date()
        compilation = compile_project(root, Options(run_date=today, overrides={}, wait=True))
        drafted = draft(ask, compilation, findings)
        findings.stop_on_errors()
        assert drafted is not None
        written = {root / file: text for file, text in drafted.data.items()} | {path: drafted.text}
        for file, text in written.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
    for file in written:
        click.echo(f"{short_path(file.resolve())} written")
    click.echo("Next:")
    click.echo(f"  seeknal dry-run {path}    its rows, nothing written")
    click.echo(f"  seeknal apply {path}      into the project")


def _check_kind(word: str, kind: str, findings: Findings, *, python: bool) -> None:
    """Report a kind that cannot be drafted, or not in Python."""
    from seeknal.compiler.kinds import SKIPPED_KINDS
    from seeknal.compiler.suggest import suggest
    from seeknal.drafts.templates import KINDS, PYTHON_KINDS

    if kind in SKIPPED_KINDS:
        message = f"this version does not run nodes of kind `{kind}`, so there is no draft of one"
        findings.error("unknown-kind", message, help=f"the kinds are {', '.join(KINDS)}")
    elif kind in _COMMON:
        findings.error(
            "unknown-kind",
            f"`{word}` is no kind of node: common entries have no file of their own",
            help="write the entry into seeknal/common/sources.yml, rules.yml or "
            "transformations.yml",
        )
    elif kind not in KINDS:
        findings.error(
            "unknown-kind",
            f"there is no kind of node `{word}` to draft",
            help=suggest(kind, KINDS, "kinds"),
        )
    elif python and kind not in PYTHON_KINDS:
        findings.error(
            "unknown-kind",
            f"a {kind} is not written in Python",
            help=f"leave `--python` out; in Python are {', '.join(PYTHON_KINDS)}",
        )


def _check_name(name: str, findings: Findings, *, python: bool) -> None:
    if not name or len(name) > _LONGEST or set(name) & set(" /\\."):
        findings.error(
            "bad-name",
            f"`{name}` is no name of a node",
            help=f"a name has up to {_LONGEST} letters, digits and underscores",
        )
    elif python and (not name.isidentifier() or keyword.iskeyword(name)):
        findings.error(
            "bad-name",
            f"`{name}` is no name of a function",
            help="a name has letters, digits and underscores, no digit first, and is no word of "
            "Python",
        )


def _packages(kind: str, words: tuple[str, ...], findings: Findings) -> tuple[str, ...]:
    """The packages to ask for: `seeknal` first, then those given, or what the template needs."""
    from packaging.requirements import InvalidRequirement, Requirement

    found = {"seeknal": None}
    for text in _requirements(words) or ([] if kind == "source" else ["pandas"]):
        try:
            if Requirement(text).name.lower() == "seeknal":
                # A version of it that is asked for comes first, too.
                found = {text: None, **{k: None for k in found if k != "seeknal"}}
                continue
        except InvalidRequirement as error:
            findings.error(
                "bad-requirement",
                f"`{text}` is not a requirement: {str(error).splitlines()[0]}",
                help="write a name and its versions, as `pandas==2.2.3`",
            )
        found[text] = None
    return tuple(found)


def _requirements(words: tuple[str, ...]) -> list[str]:
    """The requirements of comma lists; a version after a comma belongs to the one before it."""
    found: list[str] = []
    for word in words:
        for part in filter(None, map(str.strip, word.split(","))):
            if found and (part[0] in "<>=!~" or found[-1].count("[") > found[-1].count("]")):
                found[-1] += f",{part}"
            else:
                found.append(part)
    return found

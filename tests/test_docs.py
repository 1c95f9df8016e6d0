"""What the pages say is true: commands, outputs, specs, SQL, tables, links, names of options."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner

from seeknal.cli import COMMANDS as LISTED
from seeknal.cli import main
from seeknal.compiler.build import Options, compile_project
from seeknal.compiler.document import read_document, read_yaml
from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds import KINDS
from seeknal.compiler.schema_check import check_schema
from seeknal.runtime.paths import Target
from tests.documents import (
    GENERATED_PAGES,
    ROOT,
    TABLES,
    Block,
    Folders,
    blocks,
    expected_exit,
    matches,
    pages,
    replay,
    shown_file,
    shown_sql,
    write,
)

ELSEWHERE = frozenset({ROOT / "examples" / "README.md"})
PAGES = [p for p in pages() if p.name not in GENERATED_PAGES and p not in ELSEWHERE]
BLOCKS = [block for page in PAGES for block in blocks(page)]
REFERENCE = ROOT / "docs" / "spec-reference.md"
COMMANDS = ROOT / "docs" / "commands.md"
LAYOUT = ROOT / "docs" / "project-layout.md"

SHELL = ("console", "bash", "sh")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def marked(word: str, *languages: str) -> list[Block]:
    """The blocks whose mark says `word`."""
    found = [b for b in BLOCKS if b.says(word) is not None]
    return [b for b in found if not languages or b.language in languages]


def by_name(blocks: list[Block]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("block", blocks, ids=[block.name for block in blocks])


def by_page(pages: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("page", pages, ids=[str(p.relative_to(ROOT)) for p in pages])


# -- every block is held by something --------------------------------------------------------

HELD_BY = {
    "console": ("run", "not run"),
    "bash": ("run", "not run"),
    "sh": ("run", "not run"),
    "yaml": ("", "file", "part of", "schema", "guide", "write"),
    "sql": ("file", "sql", "guide"),
    "python": ("file", "node", "guide", "write"),
    "csv": ("write",),
    "diff": ("guide",),
    "json": ("file", "guide"),
    "table": ("generated",),
    "": ("",),
}


def test_every_block_says_what_holds_it() -> None:
    for block in BLOCKS:
        words = HELD_BY.get(block.language)
        assert words is not None, f"{block.name}: nothing holds a block of {block.language}"
        held = [word for word in words if (not word and not block.mark) or block.says(word) == ""]
        held += [word for word in words if word and block.says(word)]
        assert held, f"{block.name}: mark the block with one of {', '.join(words)}"


# -- commands and their outputs --------------------------------------------------------------

RUN_PAGES = [page for page in PAGES if any(b.page == page for b in marked("run"))]


@by_page(RUN_PAGES)
def test_commands_print_what_is_shown(page: Path, tmp_path: Path) -> None:
    folders = Folders(tmp_path)
    for block in [block for block in BLOCKS if block.page == page]:
        if block.says("write") is not None:
            write(block, folders)
        if block.says("run") is None:
            continue
        found, code = replay(block, folders)
        assert matches(block.text.splitlines(), found.splitlines()), f"{block.name}\n{found}"
        assert code == expected_exit(block), f"{block.name}\n{found}"


@by_name(marked("sql"))
def test_sql_is_what_the_compiler_prints(block: Block, tmp_path: Path) -> None:
    assert block.text == shown_sql(block.says("sql") or "", Folders(tmp_path))


@by_name(marked("file"))
def test_a_file_is_shown_as_it_is(block: Block) -> None:
    assert block.text == shown_file(block.says("file") or "")


@by_name(marked("generated"))
def test_a_table_is_current(block: Block) -> None:
    name = block.says("generated") or ""
    assert block.text == TABLES[name](), "python -m tests.documents writes it anew"


def test_make_has_every_target_that_is_named() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {
        word
        for page in PAGES
        for code in CODE.findall(page.read_text("utf-8"))
        for word in re.findall(r"\bmake ([a-z]+)\b", code)
    }
    assert {"demo", "test"} <= named <= targets


# -- specs -----------------------------------------------------------------------------------

SMALLEST: dict[str, dict[str, Any]] = {
    "source": {"source": "csv", "table": "data/orders.csv"},
    "transform": {"inputs": [{"ref": "source.orders"}], "transform": "SELECT 1 AS one"},
    "feature_group": {"entity": "customer", "inputs": [{"ref": "source.orders"}]},
    "aggregation": {
        "source": "source.orders",
        "id_col": "id",
        "feature_date_col": "day",
        "features": [{"name": "amount", "basic": ["sum"]}],
    },
    "second_order_aggregation": {
        "source": "source.orders",
        "id_col": "id",
        "feature_date_col": "day",
        "application_date_col": "as_of",
        "features": {"amount": {"basic": ["sum"]}},
    },
}


def wrong(text: str) -> list[str]:
    """What the front end says of the text of a spec."""
    findings = Findings()
    document = read_document("spec.yml", text, findings)
    if document is not None:
        KINDS[document.kind](document, findings)
    return [f"{finding.code}: {finding.message}" for finding in findings]


@by_name(marked("part of"))
def test_a_part_fits_into_a_spec(block: Block) -> None:
    kind = block.says("part of") or ""
    spec = {"kind": kind, "name": "example", **deepcopy(SMALLEST[kind])}
    spec |= yaml.safe_load(block.text)
    assert wrong(yaml.safe_dump(spec, sort_keys=False)) == []


@by_name(marked("schema", "yaml"))
def test_a_project_file_fits_its_schema(block: Block) -> None:
    findings = Findings()
    read = read_yaml("file.yml", block.text, findings)
    assert read is not None
    check_schema(read, block.says("schema") or "", findings)
    assert not list(findings)


def specs_of(page: Path) -> Iterator[tuple[str, str]]:
    """The file and text of every whole spec, and of the files that specs need."""
    for block in blocks(page):
        if block.language == "yaml" and not block.mark:
            spec = yaml.safe_load(block.text)
            yield f"seeknal/{spec['kind']}/{spec['name']}.yml", block.text
        elif schema := block.says("schema"):
            name = schema.removeprefix("common_")
            common = f"seeknal/common/{name}.yml" if name != schema else "seeknal_project.yml"
            yield common, block.text
        elif file := block.says("node"):
            yield file, block.text


@by_page([page for page in PAGES if any(specs_of(page))])
@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_the_specs_of_a_page_are_a_project_that_compiles(
    page: Path, dialect: str, tmp_path: Path
) -> None:
    for file, text in specs_of(page):
        path = tmp_path / file
        assert not path.exists(), f"two blocks of the page define {file}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    options = Options(run_date=date(2026, 1, 31), dialect=dialect)
    compilation = compile_project(tmp_path, options)
    assert not compilation.findings


def test_the_functions_of_the_reference_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file, text in specs_of(REFERENCE):
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "orders.csv").write_text(
        "order_id;customer_id;order_date;status;amount;loaded_at\n"
        "1;A;2026-01-02;paid;12.50;2026-01-03T00:00:00\n"
        "2;A;2026-01-20;paid;40.00;2026-01-21T00:00:00\n"
        "3;B;2026-01-21;open;30.25;2026-01-22T00:00:00\n"
    )
    monkeypatch.chdir(tmp_path)
    nodes = "dear_orders,shopper_orders,shopper_week,rows_to_train"
    done = CliRunner().invoke(main, ["run", "--nodes", nodes], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    rows = [line.split() for line in done.output.splitlines() if re.search(r"\.\d\d$", line)]
    # By hand: two orders above 20; the last week before the 21st has one order of each customer.
    found = {row[0]: row[2] for row in rows}
    assert found["transform.dear_orders"] == "2"
    assert found["feature_group.shopper_orders"] == "3"
    assert found["second_order_aggregation.shopper_week"] == "2"
    mean = float((tmp_path / "target" / "models" / "mean.txt").read_text())
    assert mean == pytest.approx((12.5 + 40 + 30.25) / 3)


def fields(kind: str) -> set[str]:
    """Every key that a spec of `kind` may have, at any depth."""
    folder = ROOT / "compiler" / "schemas"
    schema = json.loads((folder / f"{kind}.json").read_text("utf-8"))
    found: set[str] = set()

    def walk(node: object) -> None:
        if isinstance(node, dict):
            for name, value in (node.get("properties") or {}).items():
                if isinstance(value, dict) and not value.get("deprecated"):
                    found.add(name)
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(schema)
    return found


def section(page: Path, heading: str) -> str:
    """The part of a page below a heading of the second level."""
    text = page.read_text("utf-8")
    start = text.index(f"\n## {heading}\n")
    end = text.find("\n## ", start + 1)
    return text[start : end if end != -1 else len(text)]


@pytest.mark.parametrize("kind", [*KINDS])
def test_the_reference_has_every_field(kind: str) -> None:
    said = section(REFERENCE, kind) + section(REFERENCE, "Fields of every kind")
    missing = {name for name in fields(kind) if not re.search(rf"\b{name}\b", said)}
    assert not missing


# -- commands and files ----------------------------------------------------------------------


@pytest.mark.parametrize("name", [*LISTED])
def test_commands_has_every_option(name: str) -> None:
    said = section(COMMANDS, name)
    shared = section(COMMANDS, "Options that several commands have")
    command = main.get_command(click.Context(main), name)
    assert command is not None
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            for option in parameter.opts:
                if option not in ("--help", "-h"):
                    assert f"`{option}" in said + shared, option
        else:
            assert (parameter.name or "").rstrip("s").upper() in said


def test_the_layout_has_every_path_of_target(tmp_path: Path) -> None:
    target = Target(tmp_path)
    said = LAYOUT.read_text("utf-8")
    paths = [
        *(target.state, target.manifest, target.report, target.lock),
        target.compiled("<dialect>") / "<kind>.<name>.sql",
        target.log("<run>"),
        target.result("<kind>", "<name>"),
        target.sidecar("<name>"),
        *target.copies("source", "<name>"),
        *target.copies("aggregation", "<name>"),
        *target.copies("second_order_aggregation", "<name>"),
    ]
    missing = [path for p in paths if (path := p.relative_to(tmp_path).as_posix()) not in said]
    assert not missing


CODE_PATH = re.compile(r"`((?:compiler|macros|runtime|seeknal|tests|docs|examples)/[\w./-]*)`")
MADE_BY_GUIDES = re.compile(r"range_width|sqlite|entities")
FOR_CONTRIBUTORS = (
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/adding-*.md",
    "docs/decisions/*",
)


@by_page([page for pattern in FOR_CONTRIBUTORS for page in sorted(ROOT.glob(pattern))])
def test_every_path_in_the_code_is_there(page: Path) -> None:
    named = CODE_PATH.findall(re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL))
    paths = {path for path in named if not MADE_BY_GUIDES.search(path)}
    assert {path for path in paths if not (ROOT / path).exists()} == set()


# -- links -----------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@by_page(pages())
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(CODE.sub("", page.read_text("utf-8"))):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), link


def test_a_reader_can_reach_every_page() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        for link in LINK.findall(CODE.sub("", page.read_text("utf-8"))):
            if "://" not in link and (path := link.partition("#")[0]):
                target = (page.parent / path).resolve()
                waiting += sorted(target.glob("*.md")) if target.is_dir() else [target]
    assert set(pages()) <= reached

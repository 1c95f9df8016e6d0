"""The guides, followed: an aggregation is used, a dialect runs an example, a kind is added."""

from __future__ import annotations

import csv
import shutil
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from seeknal.cli import main
from seeknal.compiler import dialects
from seeknal.compiler.build import Compilation, Options, compile_project
from seeknal.compiler.findings import CompileFailed
from tests.documents import ROOT, Block, blocks

EXAMPLE = ROOT / "examples" / "ecommerce"


def steps(page: str) -> list[tuple[str, Block]]:
    """What the marks `guide: …` of a page say, and their blocks."""
    found = [(block.says("guide"), block) for block in blocks(ROOT / "docs" / page)]
    return [(words, block) for words, block in found if words]


def step(page: str, words: str) -> Block:
    """The one block of that mark."""
    (block,) = [block for said, block in steps(page) if said == words]
    return block


# -- an aggregation --------------------------------------------------------------------------


def test_the_aggregation_of_the_guide_is_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    root = tmp_path / "ecommerce"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("target"))
    guide = [b for b in blocks(ROOT / "docs/adding-an-aggregation.md") if b.language == "sql"]
    macro = root / "macros" / "aggregations" / "range_width.sql"
    macro.parent.mkdir(parents=True)
    macro.write_text(guide[0].text)
    spec = root / "seeknal" / "second_order_aggregations" / "region_metrics.yml"
    spec.write_text(spec.read_text().replace("[sum, mean]", "[range_width]"))
    monkeypatch.chdir(root)
    done = CliRunner().invoke(main, ["run", "--nodes", "region_metrics"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    with duckdb.connect() as connection:
        found = connection.execute(
            'SELECT region, "daily_amount_RANGE_WIDTH" '
            "FROM 'target/intermediate/second_order_aggregation_region_metrics.parquet'"
        ).fetchall()
    # Days of 50, 135 and 40; of 200 and 210.50, the one of 250 lies ahead; one day each.
    assert dict(found) == {"north": 95.0, "south": 10.5, "east": 0.0, "west": 0.0}


# -- a dialect -------------------------------------------------------------------------------

DIALECT = "adding-a-dialect.md"


@pytest.fixture(scope="module")
def sqlite_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example with the guide's macro, and the guide's module where it is looked for.

    A folder is added to the package's path, so the module is found beside the real ones.
    """
    root = tmp_path_factory.mktemp("dialect") / "ecommerce"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("target"))
    macro = root / "macros" / "aggregations" / "sqlite" / "sum.sql"
    macro.parent.mkdir(parents=True)
    macro.write_text(step(DIALECT, "macro sqlite/sum").text)
    module = root.parent / "sqlite.py"
    module.write_text(step(DIALECT, "new compiler/dialects/sqlite.py").text)
    dialects.__path__.append(str(root.parent))
    return root


def compiled(root: Path, dialect: str) -> Compilation:
    return compile_project(root, Options(run_date=date(2026, 1, 31), dialect=dialect))


def test_the_dialect_of_the_guide_prints_what_the_guide_shows(sqlite_project: Path) -> None:
    artifacts = compiled(sqlite_project, "sqlite").artifacts
    node = artifacts["second_order_aggregation.region_metrics"]
    assert step(DIALECT, "output").text == node.sql


def test_the_dialect_of_the_guide_gives_the_rows_of_duckdb(
    sqlite_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    monkeypatch.chdir(sqlite_project)
    ours, theirs = compiled(sqlite_project, "duckdb"), compiled(sqlite_project, "sqlite")
    assert len(theirs.artifacts) == 8
    with duckdb.connect() as duck, sqlite3.connect(":memory:") as lite:
        for id, artifact in theirs.artifacts.items():
            duck.execute(f"CREATE TABLE {artifact.relation} AS {ours.artifacts[id].sql}")
            if artifact.kind == "source":
                lite.execute(artifact.sql)
                load(lite, artifact.relation, Path(theirs.source_path(id)))
            else:
                lite.execute(f"CREATE TABLE {artifact.relation} AS {artifact.sql}")
            query = f"SELECT * FROM {artifact.relation}"
            assert rows(lite.execute(query)) == rows(duck.execute(query)), id


def load(lite: sqlite3.Connection, relation: str, file: Path) -> None:
    """The rows of a csv file into a table; empty text is NULL."""
    with file.open(newline="") as lines:
        _, *records = csv.reader(lines)
    marks = ", ".join("?" * len(records[0]))
    values = [[cell or None for cell in record] for record in records]
    lite.executemany(f"INSERT INTO {relation} VALUES ({marks})", values)


def rows(cursor: Any) -> list[tuple[Any, ...]]:
    """The rows in a common order; numbers as doubles of nine digits, dates as text."""
    found = [tuple(map(plain, row)) for row in cursor.fetchall()]
    return sorted(found, key=lambda row: [(value is None, value) for value in row])


def plain(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, date) else round(float(value), 9)


def test_the_dialect_of_the_guide_refuses_what_is_not_on_its_list(
    sqlite_project: Path, tmp_path: Path
) -> None:
    root = tmp_path / "ecommerce"
    shutil.copytree(sqlite_project, root)
    spec = root / "seeknal" / "transforms" / "clean_transactions.yml"
    spec.write_text(spec.read_text().replace("LOWER(TRIM", "MD5(TRIM"))
    with pytest.raises(CompileFailed) as failed:
        compiled(root, "sqlite")
    (finding,) = failed.value.findings
    assert (finding.code, finding.place.line if finding.place else 0) == ("unsupported", 13)


# -- a kind ----------------------------------------------------------------------------------

KIND = "adding-a-kind.md"


def apply(words: str, text: str, root: Path) -> None:
    """A step of the guide, done to the code at `root`."""
    verb, _, file = words.partition(" ")
    path = root / file
    if verb == "new":
        assert not path.exists(), f"{file} is there already"
        path.write_text(text)
    elif verb == "append":
        path.write_text(f"{path.read_text()}\n\n{text}")
    elif verb == "edit":
        for hunk in text.split("@@\n"):
            path.write_text(edited(path.read_text(), hunk, file))


def edited(code: str, hunk: str, file: str) -> str:
    """The code with the `+` lines of a hunk, which stand between lines that are there once."""
    lines = hunk.splitlines()
    before = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
    after = "".join(f"{line[1:]}\n" for line in lines)
    assert code.count(before) == 1, f"{file} has these lines {code.count(before)} times:\n{before}"
    return code.replace(before, after)


@pytest.fixture(scope="module")
def kind_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code with every step of the guide done."""
    root = tmp_path_factory.mktemp("kind")
    for folder in ("compiler", "macros", "runtime", "seeknal"):
        shutil.copytree(ROOT / folder, root / folder, symlinks=True)
    for words, block in steps(KIND):
        apply(words, block.text, root)
    return root


COMMANDS = """
import sys
from click.testing import CliRunner
from seeknal.cli import main
for command in sys.argv[1:]:
    done = CliRunner().invoke(main, command.split(), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    print(done.output, end="\\f")
"""


def test_the_kind_of_the_guide_compiles_and_runs(kind_code: Path, tmp_path: Path) -> None:
    project = tmp_path / "ecommerce"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("target"))
    spec = project / "seeknal" / "entities" / "customers.yml"
    spec.parent.mkdir()
    spec.write_text(step(KIND, "spec").text)
    commands = ["compile customers", "run --nodes customers", "inspect entities.customers"]
    done = subprocess.run(
        [sys.executable, "-P", "-c", COMMANDS, *commands],
        cwd=project,
        env={"PYTHONPATH": str(kind_code)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    compiled, _, inspected, _ = done.stdout.split("\f")
    assert compiled == step(KIND, "output").text
    _, *customers, _ = inspected.strip().splitlines()
    assert sorted(customers) == [f"CUST-10{number}" for number in range(6)]

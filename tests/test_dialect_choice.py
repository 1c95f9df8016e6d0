"""Which dialects a command takes: those that tests hold, all of them at once, others when asked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seeknal.cli import main
from seeknal.compiler.dialects.registry import ALL, NAMES, PARSED
from tests.documents import ROOT

EXAMPLE = ROOT / "examples" / "ecommerce"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("choice") / "ecommerce"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("target"))
    return root


def compiled(shop: Path, *arguments: str) -> Result:
    day = ["--date", "2026-01-31", "--project-path", str(shop)]
    return CliRunner().invoke(main, ["compile", *arguments, *day])


def test_all_dialects_have_a_folder_each(shop: Path, tmp_path: Path) -> None:
    done = compiled(shop, "--dialect", "all", "-o", str(tmp_path / "sql"))
    assert done.exit_code == 0, done.output
    assert {path.name for path in (tmp_path / "sql").iterdir()} == {*ALL} == {*NAMES, *PARSED}
    for dialect in ALL:
        text = (tmp_path / "sql" / dialect / "transform.clean_transactions.sql").read_text()
        assert text.splitlines()[0].endswith(f"| {dialect} */")


def test_one_dialect_has_the_folder_to_itself(shop: Path, tmp_path: Path) -> None:
    done = compiled(shop, "--dialect", "trino", "-o", str(tmp_path / "sql"))
    assert done.exit_code == 0, done.output
    assert (tmp_path / "sql" / "transform.clean_transactions.sql").is_file()


def test_a_dialect_that_nobody_holds_is_asked_for(shop: Path) -> None:
    done = compiled(shop, "region_metrics", "--dialect", "mysql")
    assert done.exit_code == 2
    assert "--unverified" in done.output


@pytest.mark.parametrize("before", [True, False])
def test_its_sql_says_that_nobody_holds_it(shop: Path, before: bool) -> None:
    asked = ["--dialect", "mysql"]
    asked = ["--unverified", *asked] if before else [*asked, "--unverified"]
    done = compiled(shop, "region_metrics", *asked)
    assert done.exit_code == 0, done.output
    assert "| mysql | unverified: " in done.stdout.splitlines()[0]


def test_no_dialect_of_that_name(shop: Path) -> None:
    done = compiled(shop, "region_metrics", "--dialect", "cobol", "--unverified")
    assert done.exit_code == 2
    assert "there is no dialect `cobol`" in done.output

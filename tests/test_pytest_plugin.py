"""`pytest --seeknal` in processes of their own: what it collects, what fails, what it writes."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from seeknal.cli import main
from tests.processes import plain_environ

Pytest = Callable[..., str]
FOLDER = Path("target/compiled/duckdb")
SCORED = Path("seeknal/transforms/scored_orders.yml")
TEST = """\
tests:
  - name: stamps
    given:
      source.orders:
        - {customer_id: A, amount: 10}
    expect:
      - {customer_id: A, application_date: 2026-01-15, amount: 10}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pytest:
    """Runs pytest in the example project, whose SQL is committed."""
    monkeypatch.chdir(tmp_path)
    for command in (["init", "--name", "shop", "--example"], ["compile", "--update"]):
        done = CliRunner().invoke(main, command, catch_exceptions=False)
        assert done.exit_code == 0, done.output
    SCORED.write_text(SCORED.read_text() + TEST)

    def call(*arguments: str, code: int = 0) -> str:
        plugins = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-W", "error"]
        words = [sys.executable, "-m", "pytest", *plugins, *arguments]
        process = subprocess.run(
            words, capture_output=True, text=True, check=False, env=plain_environ()
        )
        assert process.returncode == code, process.stdout + process.stderr
        return process.stdout + process.stderr

    return call


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_specs_are_collected_where_asked_alone(shop: Pytest) -> None:
    assert "4 passed" in shop("--seeknal")
    Path("test_mine.py").write_text("def test_mine():\n    pass\n")
    assert "1 passed" in shop()
    assert "5 passed" in shop("--seeknal", "-n", "2")
    found = shop("--seeknal", "--collect-only", "-q", "seeknal/transforms")
    assert re.findall(r"^seeknal.*$", found, re.MULTILINE) == [
        "seeknal/transforms/scored_orders.yml::sql[duckdb]",
        "seeknal/transforms/scored_orders.yml::stamps[duckdb]",
    ]


def test_what_differs_fails_and_is_updated(shop: Pytest) -> None:
    rewrite(SCORED, "FROM ref('source.orders')", "FROM ref('source.orders') WHERE amount > 10")
    (FOLDER / "source.gone.sql").write_text("/* source.gone | x | duckdb */\nSELECT 1\n")
    (FOLDER / "mine.sql").write_text("SELECT 1\n")
    found = shop("--seeknal", code=1)
    assert "transform.scored_orders for duckdb: a change in meaning" in found
    assert "  the statement: condition is new\n    + amount > 10" in found
    assert "1 snapshot unused" in found
    assert re.search(r"missing +A +2026-01-15 +10.00", found)
    assert "2 failed, 2 passed" in found
    rewrite(SCORED, "amount > 10", "amount >= 10")
    # A part of the items says nothing of the files of the others.
    shop("--seeknal", "--snapshot-update", "-k", "orders and not customer")
    assert (FOLDER / "second_order_aggregation.customer_trend.sql").exists()
    shop("--seeknal", "--snapshot-update")
    assert not (FOLDER / "source.gone.sql").exists()
    assert (FOLDER / "mine.sql").exists()
    assert "4 passed" in shop("--seeknal")
    done = CliRunner().invoke(main, ["compile", "--check"])
    assert done.exit_code == 0, done.output


def test_stale_files_fail_the_session(shop: Pytest) -> None:
    (FOLDER / "source.gone.sql").write_text("/* source.gone | x | duckdb */\nSELECT 1\n")
    assert "1 snapshot unused" in shop("--seeknal", code=1)
    assert "1 snapshot unused" in shop("--seeknal", "-n", "2", code=1)


def test_dialects_and_engines_are_chosen(shop: Pytest) -> None:
    assert "3 failed, 1 passed" in shop("--seeknal", "--seeknal-dialects", "postgres", code=1)
    shop("--seeknal", "--seeknal-dialects", "postgres,duckdb", "--snapshot-update")
    assert Path("target/compiled/postgres/source.orders.sql").exists()
    assert "7 passed" in shop("--seeknal", "--seeknal-dialects", "postgres,duckdb")
    found = shop("--seeknal", "--seeknal-engines", "datafusion", "-k", "stamps", code=1)
    assert "error[missing-engine]" in found
    assert "did you mean `postgres`?" in shop("--seeknal", "--seeknal-dialects", "postgre", code=4)


def test_parameters_come_from_the_command_line(shop: Pytest) -> None:
    rewrite(SCORED, "FROM ref('source.orders')", "FROM ref('source.orders') WHERE amount > {{ a }}")
    assert "error[unknown-parameter]" in shop("--seeknal", "-k", "stamps", code=2)
    shop("--seeknal", "-k", "stamps", "--seeknal-params", '{"a": 5}')
    assert "not a JSON object" in shop("--seeknal", "--seeknal-params", "[]", code=4)


def test_a_project_elsewhere(shop: Pytest, tmp_path: Path) -> None:
    Path("tests").mkdir()
    Path("tests/test_mine.py").write_text("def test_mine():\n    pass\n")
    Path("shop").mkdir()
    for name in ("seeknal", "target", "seeknal_project.yml"):
        Path(name).rename(f"shop/{name}")
    Path("pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    assert "5 passed" in shop("--seeknal", "--seeknal-project", "shop")
    assert "is not a seeknal project" in shop("--seeknal", code=4)


def test_a_wrong_spec_is_an_error_of_collection(shop: Pytest) -> None:
    rewrite(SCORED, "amount: 10}\n    expect", "ammount: 10}\n    expect")
    found = shop("--seeknal", code=2)
    assert "error[unknown-column]" in found
    assert "did you mean `amount`?" in found
    assert "1 error" in found


def test_the_plugin_loads_nothing_that_is_not_asked_for() -> None:
    code = (
        "import sys, seeknal.pytest_plugin as p; "
        "print(*(m for m in sys.modules if m.partition('.')[0] not in sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"seeknal", "seeknal.pytest_plugin", "__main__"} | {
        name for name in done.stdout.split() if name.startswith(("_", "sitecustomize", "distutils"))
    }

"""The leaky example, in which every finding is made, and the fixed one, in which none is.

`pytest tests/test_leakage_findings.py --snapshot-update` writes the texts anew.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from syrupy.assertion import SnapshotAssertion

from seeknal.cli import main
from seeknal.compiler.codes import STAGES
from seeknal.compiler.leakage import leakage_findings
from seeknal.compiler.render_findings import file_reader, render
from tests.extensions import LeakageText
from tests.leakage import FIXED, LEAKY, compiled

STATIC = set(STAGES["Following values to a training set"]) - {"leak-on-data"}

Command = Callable[..., Result]


def copy_of(project: Path, root: Path) -> Path:
    return shutil.copytree(project, root, ignore=shutil.ignore_patterns("target", "*.lock"))


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command line in a copy of a project."""

    def call(project: Path, *arguments: str, code: int = 0) -> Result:
        root = tmp_path / project.name
        if not root.exists():
            copy_of(project, root)
        monkeypatch.chdir(root)
        done = CliRunner().invoke(main, arguments, catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done

    return call


@pytest.mark.parametrize("project", ["leaky", "fixed"])
def test_findings(project: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    root = copy_of(LEAKY.parent / project, tmp_path / project)
    found = leakage_findings(compiled(root).model)
    assert {finding.code for finding in found} == (STATIC if project == "leaky" else set())
    text = render(found, file_reader(root)) or "no finding\n"
    assert text == snapshot(extension_class=LeakageText)


def test_compile_warns_and_strict_stops(command: Command) -> None:
    done = command(LEAKY, "compile")
    assert {code for code in STATIC if f"warning[{code}]" in done.stderr} >= STATIC
    # What nothing has changed is not compiled again, and says the same.
    assert command(LEAKY, "compile").stderr == done.stderr
    strict = command(LEAKY, "compile", "--strict", code=1)
    assert "error[leak-no-time]" in strict.stderr
    command(LEAKY, "compile", "churn", "--strict", code=1)
    command(LEAKY, "compile", "customer_totals", "--strict")
    command(FIXED, "compile", "--strict")


def test_run_stops_with_strict(command: Command) -> None:
    command(LEAKY, "run", "--strict", code=1)
    assert not Path("target/intermediate").exists()
    assert "warning[leak-no-time]" in command(LEAKY, "run").stderr


def test_a_node_below_no_training_set_is_not_told_of_any(command: Command) -> None:
    command(LEAKY, "compile")
    Path("seeknal/transforms/customer_totals.yml").touch()
    done = command(LEAKY, "compile", "customer_totals", "--inline")
    assert "leak" not in done.stderr


def test_static_runs_nothing(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("seeknal.runtime.leakage.check_on_data")
    done = command(LEAKY, "check", "leakage", "churn", "--static")
    assert "warning[leak-clock-event-time]" in done.stderr
    command(LEAKY, "check", "leakage", "--static", "--strict", code=1)
    done = command(FIXED, "check", "leakage", "--static", "--strict")
    assert done.stdout == "1 training set: no finding\n"


def test_leaks_on_data_are_errors_and_outputs_are_left_alone(command: Command) -> None:
    command(LEAKY, "run")
    before = {path: path.read_bytes() for path in Path("target").rglob("*") if path.is_file()}
    done = command(LEAKY, "check-leakage", "--cuts", "1", code=1)
    assert "error[leak-on-data]" in done.stderr
    assert done.stderr.count("as-of 1 of 1: 2026-02-01 12:00:00") == 1
    assert done.stdout.startswith("training_set.churn: 9 leaking features at 1 as-of of 7 spine")
    after = {path: path.read_bytes() for path in Path("target").rglob("*") if path.is_file()}
    assert after == before


def test_json(command: Command) -> None:
    done = command(LEAKY, "check", "leakage", "training_set.churn", "--json", code=1)
    data = json.loads(done.stdout)
    assert done.stderr == ""
    assert data["training_sets"] == ["training_set.churn"]
    assert STATIC | {"leak-on-data"} == {finding["code"] for finding in data["findings"]}
    (report,) = data["data"]
    assert report["not_changed"] == ["source.regions"]
    total = next(leak for leak in report["leaks"] if leak["feature"] == "total_at_update")
    assert total == {
        "feature": "total_at_update",
        "join": "transform.customer_share",
        "row": {"customer_id": "ada", "as_of": "2026-01-12 12:00:00"},
        "before": "55",
        "after": "105",
        "event": {
            "source": "source.orders",
            "future": "actual",
            "row": {
                "customer_id": "ada",
                "order_id": "3",
                "order_ts": "2026-01-20 08:15:00",
                "loaded_at": "2026-01-21 02:00:00",
            },
            "clocks": [],
        },
    }
    fixed = json.loads(command(FIXED, "check", "leakage", "--cuts", "1", "--json").stdout)
    assert fixed["findings"] == []
    assert fixed["data"][0]["leaks"] == []


def test_what_is_no_training_set(command: Command) -> None:
    done = command(FIXED, "check", "leakage", "customer_totals", code=2)
    assert "transform.customer_totals is not a training set" in done.stderr
    assert "error[unknown-node]" in command(FIXED, "check", "leakage", "chrun", code=1).stderr
    Path("seeknal/training_sets/churn.yml").unlink()
    assert command(FIXED, "check", "leakage").stdout == "the project has no training set\n"


def test_a_source_that_cannot_be_read(command: Command) -> None:
    command(FIXED, "compile")
    Path("data/orders.csv").unlink()
    done = command(FIXED, "check", "leakage", code=1)
    assert "training_set.churn cannot be tested" in done.stderr

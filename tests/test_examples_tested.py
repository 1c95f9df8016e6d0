"""The examples are held by seeknal itself: committed SQL, unit tests, the workflow, the hooks."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from seeknal.cli import main
from tests.processes import plain_environ

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
HELD = ("churn", "ecommerce")


@pytest.fixture
def example(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of an example with nothing but what is committed of `target/`."""
    copy = tmp_path / str(request.param)
    source = EXAMPLES / str(request.param)
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("target", "__pycache__"))
    shutil.copytree(source / "target" / "compiled", copy / "target" / "compiled")
    return copy


def run(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(main, shlex.split(command)[1:], catch_exceptions=False)
    assert done.exit_code == 0, f"{done.output}\nin examples: seeknal compile --update"
    return done.output


@pytest.mark.parametrize("example", HELD, indirect=True)
def test_the_sql_that_is_committed_is_the_sql_that_compiles(
    example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("seeknal compile --check", example, monkeypatch)


@pytest.mark.parametrize("name", HELD)
def test_the_sql_is_committed(name: str) -> None:
    path = f"examples/{name}/target"
    done = subprocess.run(
        ["git", "ls-files", path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    files = done.stdout.split()
    folder = EXAMPLES / name / "target" / "compiled" / "duckdb"
    here = [file.relative_to(ROOT).as_posix() for file in folder.iterdir()]
    assert sorted(files) == sorted(here)


@pytest.mark.parametrize("example", HELD, indirect=True)
def test_pytest_runs_their_unit_tests(example: Path) -> None:
    words = ["-p", "no:cacheprovider", "-q", "--seeknal", "--seeknal-engines", "duckdb"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=example,
        env=plain_environ(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "snapshots passed" in done.stdout


@pytest.mark.parametrize("example", ["ecommerce"], indirect=True)
def test_the_workflow_runs_what_it_says(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = yaml.safe_load((example / ".github/workflows/features.yml").read_text())
    steps = [step["run"] for step in workflow["jobs"]["features"]["steps"] if "run" in step]
    commands = [command for command in steps if command.startswith("seeknal ")]
    assert commands == ["seeknal compile --check", "seeknal test"]
    for command in commands:
        run(command, example, monkeypatch)
    # What the workflow is for: SQL that changed without its snapshot.
    spec = example / "seeknal/transforms/clean_transactions.yml"
    spec.write_text(spec.read_text().replace("revenue > 0", "revenue > 1"))
    done = CliRunner().invoke(main, shlex.split(commands[0])[1:])
    assert done.exit_code == 1


@pytest.mark.parametrize("example", ["ecommerce"], indirect=True)
def test_the_hooks_are_there_and_run(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = {h["id"]: h for h in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    config = yaml.safe_load((example / ".pre-commit-config.yaml").read_text())
    assert {hook["id"] for repo in config["repos"] for hook in repo["hooks"]} == hooks.keys()
    for hook in hooks.values():
        run(hook["entry"], example, monkeypatch)
        assert re.search(hook["files"], "shop/seeknal/transforms/a.yml")
        assert re.search(hook["files"], "seeknal_project.yml")
        assert not re.search(hook["files"], "README.md")


def test_a_test_of_every_kind_is_among_them() -> None:
    kinds = set()
    for name in HELD:
        for path in (EXAMPLES / name / "seeknal").rglob("*.yml"):
            spec = yaml.safe_load(path.read_text())
            if any("given" in entry for entry in spec.get("tests") or ()):
                kinds.add(spec["kind"])
    assert kinds == {
        "transform",
        "feature_group",
        "aggregation",
        "second_order_aggregation",
        "training_set",
    }


@pytest.mark.parametrize("example", HELD, indirect=True)
def test_they_need_no_data(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(example / "data")
    run("seeknal compile --check", example, monkeypatch)
    run("seeknal test --dialect duckdb", example, monkeypatch)

"""Drafts run as they are, and reach a project only by `apply`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seeknal.cli import main

ROOT = Path(__file__).parents[1]
KINDS = (
    "source",
    "transform",
    "feature-group",
    "aggregation",
    "second-order-aggregation",
    "training-set",
)


@pytest.fixture
def churn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example's project, without results, and one data file that nothing reads."""
    root = tmp_path / "churn"
    shutil.copytree(ROOT / "examples/churn", root, ignore=shutil.ignore_patterns("target"))
    (root / "data/visits.csv").write_text("customer id,seen_at,pages\nC01,2026-01-02,3\n")
    monkeypatch.chdir(root)
    return root


def seeknal(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done


def files(root: Path) -> dict[str, bytes]:
    """What the project holds, results aside."""
    found = {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    return {file: text for file, text in found.items() if not file.startswith("target/")}


@pytest.mark.parametrize("kind", KINDS)
def test_every_draft_runs_as_it_is(churn: Path, kind: str) -> None:
    seeknal("draft", kind, "new", "--description", 'What: it\'s "new"')
    file = f"draft_{kind.replace('-', '_')}_new.yml"
    before = {path: path.read_bytes() for path in churn.rglob("*") if path.is_file()}
    found = json.loads(seeknal("dry-run", file, "--json", "--limit", "2").stdout)
    assert {path: path.read_bytes() for path in churn.rglob("*") if path.is_file()} == before
    assert found["id"] == f"{kind.replace('-', '_')}.new"
    assert 0 < len(found["rows"]) <= 2 and len(found["rows"]) <= found["total"]
    assert list(found["rows"][0]) == [column["name"] for column in found["columns"]]
    seeknal("apply", file)
    assert not (churn / file).exists()
    seeknal("run", "--nodes", "new")


def test_a_source_is_drafted_over_the_file_that_none_reads(churn: Path) -> None:
    seeknal("draft", "source", "visits")
    text = Path("draft_source_visits.yml").read_text()
    assert "table: data/visits.csv" in text
    assert "{name: customer id, data_type: string}" in text
    seeknal("apply", "draft_source_visits.yml")
    said = seeknal("draft", "source", "more", code=1).stderr
    assert "error[missing-file]: every data file has a source" in said


def test_a_template_of_the_project_comes_first(churn: Path) -> None:
    own = churn / "seeknal/templates/transform.yml.j2"
    own.parent.mkdir()
    own.write_text("kind: transform\nname: {{ name }}\ndescription: ours, over {{ input }}\n")
    seeknal("draft", "transform", "x", "--from", "source.orders")
    assert "ours, over source.orders" in Path("draft_transform_x.yml").read_text()


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("transfrm", "x"), "error[unknown-kind]"),
        (("transform", "a b"), "error[bad-name]"),
        (("transform", "x" * 129), "error[bad-name]"),
        (("transform", "x", "--from", "source.order"), "did you mean `source.orders`?"),
        (("feature-group", "x", "--from", "transform.none"), "error[unknown-node]"),
        (("source", "x", "--from", "data/none.csv"), "error[missing-file]"),
        (("source", "x", "--from", "seeknal_project.yml"), "error[wrong-value]"),
    ],
)
def test_what_cannot_be_drafted(churn: Path, arguments: tuple[str, ...], said: str) -> None:
    before = files(churn)
    assert said in seeknal("draft", *arguments, code=1).stderr
    assert files(churn) == before


def test_a_draft_is_not_overwritten_unasked(churn: Path) -> None:
    seeknal("draft", "transform", "x")
    assert "error[node-exists]" in seeknal("draft", "transform", "x", code=1).stderr
    seeknal("draft", "transform", "x", "--force")


def test_a_draft_with_errors_is_not_applied(churn: Path) -> None:
    seeknal("draft", "transform", "x", "--from", "source.orders")
    draft = Path("draft_transform_x.yml")
    draft.write_text(draft.read_text().replace("amount", "amuont"))
    before = files(churn)
    for command in ("dry-run", "apply"):
        said = seeknal(command, str(draft), code=1).stderr
        assert f"{draft}:10:5" in said and "error[unknown-column]" in said
    assert files(churn) == before


def test_a_dry_run_reports_what_the_data_breaks(churn: Path) -> None:
    Path("draft.yml").write_text(
        "kind: second_order_aggregation\nname: twice\nsource: source.churn_labels\n"
        "id_col: customer_id\nfeature_date_col: application_date\n"
        "application_date_col: application_date\nfeatures:\n  churned:\n    basic: [count]\n"
    )
    assert "error[ambiguous-as-of]" in seeknal("dry-run", "draft.yml", code=1).stderr


def test_apply_replaces_only_when_forced_and_shows_what_is_below(churn: Path) -> None:
    Path("draft.yml").write_text(
        (churn / "seeknal/feature_groups/customer_spend.yml")
        .read_text()
        .replace("spend: {agg: sum", "spent: {agg: sum")
    )
    said = seeknal("apply", "draft.yml", code=1).stderr
    assert "seeknal/feature_groups/customer_spend.yml` defines feature_group.customer_spend" in said
    found = json.loads(seeknal("apply", "draft.yml", "--force", "--json").stdout)
    assert [(c["id"], c["sql"]) for c in found["changes"]] == [
        ("feature_group.customer_spend", "changed"),
        ("training_set.churn_training", "changed"),
    ]
    assert found["changes"][1]["added"] == ["spent_7d", "spent_28d"]
    assert found["changes"][1]["removed"] == ["spend_7d", "spend_28d"]


def test_a_spec_of_the_project_can_be_dry_run_where_it_is(churn: Path) -> None:
    file = "seeknal/feature_groups/customer_pace.yml"
    assert json.loads(seeknal("dry-run", file, "--json").stdout)["total"] == 12
    assert "is in the project already" in seeknal("apply", file, code=1).stderr
    Path("notes.txt").write_text("x")
    assert "specs end in `.yml`" in seeknal("dry-run", "notes.txt", code=1).stderr

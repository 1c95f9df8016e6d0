"""Change detection: what makes a node run again, in words, and what does not."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from seeknal.compiler.findings import Findings
from seeknal.runtime.forecast import forecast
from seeknal.runtime.selection import Request, select
from seeknal.runtime.state import load_state
from tests.handmade import Project, shop, statuses


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The shop, run once."""
    project = shop(tmp_path)
    project.run()
    return project


def plan(project: Project, request: Request | None = None) -> dict[str, str]:
    """`ACTION reason` of every step."""
    selection = select(request or Request(), project.workflow, Findings())
    steps = forecast(project.workflow, selection, load_state(project.target.state))
    return {step.id: f"{step.action} {step.reason}".strip() for step in steps}


def test_before_the_first_run_everything_would_run(tmp_path: Path) -> None:
    project = shop(tmp_path)
    assert plan(project)["source.orders"] == "RUN never run"
    assert plan(project)["aggregation.daily"] == "RUN never run"


def test_nothing_changed_nothing_runs(project: Project) -> None:
    assert set(plan(project).values()) == {"CACHED"}
    assert set(statuses(project.run()).values()) == {"cached"}


def test_a_change_of_sql_runs_the_node_and_what_is_below(project: Project) -> None:
    project.add(
        "transform.paid",
        "SELECT id, amount FROM source_orders WHERE amount > 5",
        "id amount",
        inputs=("source.orders",),
    )
    assert plan(project) == {
        "source.orders": "CACHED",
        "source.regions": "CACHED",
        "transform.paid": "RUN SQL changed",
        "aggregation.daily": "RUN input transform.paid changed",
    }
    report = project.run()
    assert statuses(report)["aggregation.daily"] == "success"
    assert project.rows("aggregation.daily") == [(1, 10)]
    assert set(plan(project).values()) == {"CACHED"}


def test_an_upstream_that_comes_to_the_same_rows_leaves_the_rest_alone(project: Project) -> None:
    project.add(
        "transform.paid",
        "SELECT id, amount FROM source_orders WHERE amount >= 5",
        "id amount",
        inputs=("source.orders",),
    )
    report = project.run()
    assert statuses(report)["transform.paid"] == "success"
    assert statuses(report)["aggregation.daily"] == "cached"


def test_new_data_in_a_source_file_runs_all_below_it(project: Project) -> None:
    (project.root / "data" / "orders.csv").write_text("id,amount\n3,30\n")
    assert plan(project)["source.orders"] == "RUN data/orders.csv changed"
    assert plan(project)["source.regions"] == "CACHED"
    project.run()
    assert project.rows("aggregation.daily") == [(3, 30)]


def test_a_touched_file_with_the_same_content_is_no_change(project: Project) -> None:
    os.utime(project.root / "data" / "orders.csv", (1, 1))
    assert plan(project)["source.orders"] == "CACHED"


def test_a_touched_file_is_read_once_to_see_that(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(project.root / "data" / "orders.csv", (1, 1))
    os.utime(project.file("transform.paid"), (1, 1))
    project.run()

    def refuse(path: Path) -> str:
        raise AssertionError(f"{path} is read again")

    monkeypatch.setattr("seeknal.runtime.files._sha256", refuse)
    assert set(plan(project).values()) == {"CACHED"}


def test_a_file_added_to_a_glob_is_a_change(tmp_path: Path) -> None:
    project = Project(tmp_path)
    (tmp_path / "a 1.csv").write_text("x\n1\n")
    project.add("source.all", "SELECT x FROM read_csv('a*.csv')", "x", file="a*.csv")
    project.run()
    assert plan(project) == {"source.all": "CACHED"}
    (tmp_path / "a 2.csv").write_text("x\n2\n")
    assert plan(project) == {"source.all": "RUN a 2.csv changed"}


def test_a_remote_file_is_always_read_again(project: Project) -> None:
    file = project.nodes["source.orders"].file
    assert file is not None
    remote = replace(file, pattern="https://example.org/x.csv")
    project.nodes["source.orders"] = replace(project.nodes["source.orders"], file=remote)
    assert plan(project)["source.orders"] == (
        "RUN https://example.org/x.csv is remote and may have changed"
    )


def test_a_deleted_output_is_made_again(project: Project) -> None:
    project.file("transform.paid").unlink()
    assert plan(project)["transform.paid"] == "RUN output missing"
    assert statuses(project.run())["aggregation.daily"] == "cached"


def test_an_output_written_by_something_else_is_made_again(project: Project) -> None:
    published = project.file("transform.paid")
    published.write_bytes(published.read_bytes()[::-1])
    assert plan(project)["transform.paid"] == "RUN output was changed by something else"
    project.run()
    assert project.rows("transform.paid") == [(1, 5), (1, 10)]


def test_a_copied_project_stays_current(project: Project) -> None:
    for file in (project.root / "target").rglob("*.parquet"):
        os.utime(file, (1, 1))
    assert set(plan(project).values()) == {"CACHED"}


def test_a_failure_is_tried_again_until_the_old_sql_is_back(project: Project) -> None:
    before = project.nodes["transform.paid"]
    project.add("transform.paid", "SELECT nope", "id amount", inputs=("source.orders",))
    project.run()
    assert plan(project)["transform.paid"] == "RUN SQL changed"
    project.nodes["transform.paid"] = before
    assert plan(project)["transform.paid"] == "CACHED"


def test_a_node_that_never_succeeded_says_so(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("source.x", "SELECT nope", "x")
    project.run()
    assert plan(project) == {"source.x": "RUN failed in the last run"}


def test_full_runs_everything(project: Project) -> None:
    assert set(plan(project, Request(full=True)).values()) == {"RUN --full"}
    assert set(statuses(project.run(Request(full=True))).values()) == {"success"}


def test_a_missing_copy_is_put_back_without_a_run(project: Project) -> None:
    copy = project.root / "target" / "aggregation" / "daily" / "result.parquet"
    copy.unlink()
    assert set(statuses(project.run()).values()) == {"cached"}
    assert copy.exists()

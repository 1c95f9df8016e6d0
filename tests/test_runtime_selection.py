"""Selection by name, kind and tag: what is in it, what runs, which words are errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from seeknal.compiler.findings import Findings
from seeknal.runtime.forecast import forecast
from seeknal.runtime.selection import Request, find_kind, select
from seeknal.runtime.state import RunState, load_state
from tests.handmade import Project, result, shop, statuses


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return shop(tmp_path)


def plan(project: Project, request: Request, state: RunState | None = None) -> dict[str, str]:
    selection = select(request, project.workflow, Findings())
    known = state or load_state(project.target.state)
    steps = forecast(project.workflow, selection, known)
    return {step.id: f"{step.action} {step.reason}".strip() for step in steps}


def errors(project: Project, request: Request) -> list[tuple[str, str, str | None]]:
    findings = Findings()
    select(request, project.workflow, findings)
    return [(finding.code, finding.message, finding.help) for finding in findings]


@pytest.mark.parametrize("word", ["paid", "transform.paid"])
def test_a_node_runs_with_what_is_below_and_the_missing_above(project: Project, word: str) -> None:
    assert plan(project, Request(nodes=(word,))) == {
        "source.orders": "RUN never run",
        "transform.paid": "RUN selected",
        "aggregation.daily": "RUN downstream of a selected node",
    }


def test_above_a_selected_node_what_is_current_stays(project: Project) -> None:
    project.run()
    report = project.run(Request(nodes=("paid",)))
    assert statuses(report) == {
        "source.orders": "cached",
        "transform.paid": "success",
        "aggregation.daily": "success",
    }


def test_above_a_selected_node_what_is_outdated_runs_first(project: Project) -> None:
    project.run()
    (project.root / "data" / "orders.csv").write_text("id,amount\n3,30\n")
    project.run(Request(nodes=("aggregation.daily",)))
    assert project.rows("aggregation.daily") == [(3, 30)]


def test_kinds_select_their_nodes(project: Project) -> None:
    project.run()
    assert plan(project, Request(types=("aggregation",))) == {
        "source.orders": "CACHED",
        "transform.paid": "CACHED",
        "aggregation.daily": "RUN selected",
    }


def test_tags_select_with_everything_above(project: Project) -> None:
    assert plan(project, Request(tags=("nightly",))) == {
        "source.orders": "RUN never run",
        "transform.paid": "RUN selected",
    }


def test_options_narrow_each_other(project: Project) -> None:
    request = Request(nodes=("orders",), types=("transform",), tags=("nightly",))
    assert plan(project, request)["transform.paid"] == "RUN downstream of a selected node"
    assert "aggregation.daily" not in plan(project, request)


def test_an_excluded_node_with_a_current_output_serves_those_below(project: Project) -> None:
    project.run()
    project.file("transform.paid").unlink()
    report = project.run(Request(exclude_tags=("raw",)))
    assert statuses(report) == {
        "source.regions": "cached",
        "transform.paid": "success",
        "aggregation.daily": "cached",
    }


def test_nothing_runs_on_the_old_output_of_an_excluded_node(project: Project) -> None:
    project.run()
    (project.root / "data" / "orders.csv").write_text("id,amount\n3,30\n")
    request = Request(exclude_tags=("raw",))
    assert plan(project, request) == {
        "source.regions": "CACHED",
        "transform.paid": "SKIPPED source.orders is excluded and has no current output",
        "aggregation.daily": "SKIPPED transform.paid is skipped",
    }
    report = project.run(request)
    assert result(report, "aggregation.daily").reason == "transform.paid was skipped"
    assert not report.failed


def test_unknown_words_are_all_reported_with_a_suggestion(project: Project) -> None:
    request = Request(
        nodes=("payed", "source.order"),
        types=("transfrm",),
        tags=("nightli",),
        exclude_tags=("x",),
    )
    assert errors(project, request) == [
        ("unknown-node", "there is no node `payed`", "did you mean `paid`?"),
        ("unknown-node", "there is no node `source.order`", "did you mean `source.orders`?"),
        (
            "unknown-kind",
            "the project has no node of kind `transfrm`",
            "did you mean `transform`?",
        ),
        ("unknown-tag", "no node has the tag `nightli`", "did you mean `nightly`?"),
        ("unknown-tag", "no node has the tag `x`", "the tags are `nightly`, `raw`"),
    ]


def test_a_bare_name_that_two_nodes_have_is_an_error(project: Project) -> None:
    project.add("source.daily", "SELECT 1 AS x", "x")
    assert errors(project, Request(nodes=("daily",))) == [
        (
            "ambiguous-node",
            "2 nodes are named `daily`",
            "say which: `aggregation.daily` or `source.daily`",
        )
    ]


def test_a_selection_without_nodes_is_an_error(project: Project) -> None:
    request = Request(types=("source",), tags=("nightly",))
    assert [code for code, _, _ in errors(project, request)] == ["empty-selection"]


@pytest.mark.parametrize("word", ["feature_group", "feature-group", "feature-groups"])
def test_kinds_are_understood_in_the_plural_and_with_dashes(word: str) -> None:
    assert find_kind(word, ["source", "feature_group"]) == "feature_group"

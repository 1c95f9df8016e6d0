"""The static rules of a training set: delays, offsets, days, labels and knowledge times."""

from __future__ import annotations

from pathlib import Path

import pytest

from seeknal.compiler.findings import Finding, Severity
from seeknal.compiler.leakage import leakage_findings
from tests.leakage import (
    COLUMNS,
    ROWS,
    Joined,
    compiled,
    findings_by_case,
    projects,
    sources,
    write,
)

DAILY = (
    "SELECT customer_id, CAST(ts AS DATE) AS d, SUM(amount) AS total "
    "FROM source.events GROUP BY ALL"
)
GROUP = """\
kind: feature_group
name: {name}
entity: {{name: customer, join_keys: [customer_id]}}
inputs: [{{ref: {input}}}]
event_time: {event}
{more}
features:
{features}
"""
TRAINING = """\
kind: training_set
name: training
spine: {{ref: {spine}, as_of: at}}
label: churned
joins:
{joins}
"""


def said(
    root: Path, joins: str, files: dict[str, str] | None = None, **given: str
) -> list[Finding]:
    """What is said of a training set over the sources with these joins."""
    as_of = given.get("as_of", "timestamp")
    spine = {**COLUMNS["spine"], "at": as_of}
    rows = {**ROWS, "spine": "a,2026-01-10,true\n"} if as_of == "date" else ROWS
    write(root, sources({**COLUMNS, "spine": spine}, rows, {}))
    training = TRAINING.format(spine=given.get("spine", "source.spine"), joins=joins)
    write(root, {"seeknal_project.yml": "name: shop\n", "seeknal/training.yml": training})
    write(root, {f"seeknal/{name}.yml": text for name, text in (files or {}).items()})
    return leakage_findings(compiled(root).model)


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def transform(name: str, sql: str, *inputs: str) -> str:
    refs = ", ".join(f"{{ref: {ref}}}" for ref in inputs)
    return f"kind: transform\nname: {name}\ninputs: [{refs}]\ntransform: |\n  {sql}\n"


def group(
    name: str, features: str, source: str = "source.events", event: str = "ts", more: str = ""
) -> str:
    lines = "".join(f"  {line}\n" for line in features.splitlines())
    return GROUP.format(name=name, input=source, event=event, features=lines, more=more)


# -- waiting ---------------------------------------------------------------------------------


def test_a_delay_as_long_as_the_period_is_enough(tmp_path: Path) -> None:
    month = "SELECT customer_id, DATE_TRUNC('month', ts) AS d, amount FROM source.events"
    cases = {
        "at_once": Joined(sql=DAILY, event_time="d"),
        "an_hour_short": Joined(sql=DAILY, event_time="d", more="delay: 23h"),
        "a_day": Joined(sql=DAILY, event_time="d", more="delay: 1d"),
        "a_month": Joined(sql=month, event_time="d", more="delay: 31d"),
        "a_month_short": Joined(sql=month, event_time="d", more="delay: 30d"),
    }
    found = findings_by_case(projects(tmp_path, cases))
    leaking = {name for name, findings in found.items() if findings}
    assert leaking == {"at_once", "an_hour_short", "a_month_short"}
    assert {f.help for f in found["a_month_short"]} == {"add `delay: 31d` to the join"}


def test_an_as_of_of_a_day_stands_for_the_whole_day(tmp_path: Path) -> None:
    cases = {"daily": Joined(sql=DAILY, event_time="d")}
    assert findings_by_case(projects(tmp_path, cases, as_of="date")) == {"daily": []}


@pytest.mark.parametrize(
    ("window", "leaks"),
    [
        ("window: 7d", True),
        ("window: 7d, offset: 12h", True),
        ("window: 7d, offset: 1d", False),
        ("window: {calendar: day, count: 1}", False),
    ],
)
def test_windows_over_days_wait_by_their_offset(window: str, leaks: bool, tmp_path: Path) -> None:
    files = {
        "daily": transform("daily", DAILY, "source.events"),
        "spend": group(
            "spend", f"spend: {{agg: sum, column: total, {window}}}", "transform.daily", "d"
        ),
    }
    found = said(tmp_path, "  - ref: feature_group.spend", files)
    assert codes(found) == ["leak-own-day"] * leaks


@pytest.mark.parametrize(
    ("event", "window", "as_of", "leaks"),
    [
        ("ts", "[0, 6]", "timestamp", True),
        ("ts", "[1, 6]", "timestamp", False),
        ("ts", "[0, 6]", "date", False),
        ("day", "[0, 6]", "timestamp", False),
    ],
)
def test_the_day_of_the_as_of_is_not_over(
    event: str, window: str, as_of: str, leaks: bool, tmp_path: Path
) -> None:
    trend = (
        "kind: second_order_aggregation\nname: trend\nsource: source.events\nid_col: customer_id\n"
        f"feature_date_col: {event}\n"
        "spine: {ref: source.spine, id_col: customer_id, application_date_col: at}\n"
        f"features:\n  amount: {{basic: [sum], window: {window}}}\n"
    )
    found = said(tmp_path, "  - ref: second_order_aggregation.trend", {"trend": trend}, as_of=as_of)
    assert codes(found) == ["leak-own-day"] * leaks


def test_only_the_features_that_leak_are_named(tmp_path: Path) -> None:
    sql = (
        "SELECT customer_id, ts, amount, LEAD(amount) OVER (ORDER BY ts) AS next, "
        "LAG(amount) OVER (ORDER BY ts) AS last FROM source.events"
    )
    (finding,) = findings_by_case(projects(tmp_path, {"gaps": Joined(sql=sql)}))["gaps"]
    assert finding.message.endswith("this concerns `next` of `training_set.gaps`")


def test_second_order_rows_joined_by_their_application_date(tmp_path: Path) -> None:
    trend = (
        "kind: second_order_aggregation\nname: trend\nsource: source.events\nid_col: customer_id\n"
        "feature_date_col: ts\n"
        "spine: {ref: source.spine, id_col: customer_id, application_date_col: at}\n"
        "features:\n  amount: {basic: [sum]}\n"
    )
    passed = transform(
        "passed",
        "SELECT * FROM ref('second_order_aggregation.trend')",
        "second_order_aggregation.trend",
    )
    join = "  - {ref: transform.passed, on: [customer_id], event_time: at, prefix: p_%s}"
    files = {"trend": trend, "passed": passed}
    found = said(tmp_path, join.replace("%s", "").replace("}", ", delay: 1d}"), files)
    assert codes(found) == []
    found = said(tmp_path, join.replace("%s", ""), files)
    assert codes(found) == ["leak-own-day"]


# -- lookups ---------------------------------------------------------------------------------


def test_a_timeless_source_needs_no_time(tmp_path: Path) -> None:
    sql = (
        "SELECT e.customer_id, e.ts, r.country FROM source.events AS e "
        "JOIN source.regions AS r USING (region)"
    )
    cases = {"named": Joined(sql=sql)}
    assert findings_by_case(projects(tmp_path, cases, tags={"regions": "timeless"}))["named"] == []


# -- labels ----------------------------------------------------------------------------------


def test_the_label_of_the_own_row_is_a_leak(tmp_path: Path) -> None:
    join = (
        "  - {ref: source.spine, on: [customer_id], event_time: at, features: [churned], "
        "prefix: last_%s}"
    )
    assert codes(said(tmp_path, join.replace("%s", ""))) == ["leak-label-feature"]
    earlier = join.replace("%s", "").replace("}", ", delay: 1d}")
    assert codes(said(tmp_path, earlier)) == ["unproven-time"]


LABELLED = "SELECT customer_id, ts AS at, amount > 5 AS churned, amount, region FROM source.events"


def test_labels_through_windows(tmp_path: Path) -> None:
    """The spine is made of the events: what counts them by their time counts its own row."""
    plain = transform(
        "labelled",
        "SELECT customer_id, ts AS at, amount AS churned FROM source.events",
        "source.events",
    )
    joins = "  - ref: feature_group.spend"
    windows = {
        "inclusive": ("window: 7d", "", ["leak-label-feature"]),
        "shifted": ("window: 7d, offset: 1h", "", ["unproven-time"]),
        "exclusive": ("window: 7d", "as_of: exclusive", ["unproven-time"]),
        "known": ("window: 7d", "knowledge_time: loaded_at", []),
    }
    for name, (window, more, expected) in windows.items():
        spend = group("spend", f"spend: {{agg: sum, column: amount, {window}}}", more=more)
        files = {"labelled": plain, "spend": spend}
        found = said(tmp_path / name, joins, files, spine="transform.labelled")
        assert codes(found) == expected, name


def test_events_with_another_time_than_the_label(tmp_path: Path) -> None:
    plain = transform(
        "labelled",
        "SELECT customer_id, ts AS at, amount AS churned FROM source.events",
        "source.events",
    )
    spend = group("spend", "spend: {agg: sum, column: amount, window: 7d}", event="loaded_at")
    files = {"labelled": plain, "spend": spend}
    found = said(tmp_path, "  - ref: feature_group.spend", files, spine="transform.labelled")
    assert found == []


def test_columns_of_the_spine_that_are_made_of_the_label(tmp_path: Path) -> None:
    spine = transform(
        "labelled",
        "SELECT customer_id, at, churned, CASE WHEN churned THEN 1 ELSE 0 END AS gone FROM "
        "source.spine",
        "source.spine",
    )
    spend = group("spend", "spend: {agg: sum, column: amount, window: 7d}")
    found = said(
        tmp_path,
        "  - ref: feature_group.spend",
        {"labelled": spine, "spend": spend},
        spine="transform.labelled",
    )
    assert codes(found) == ["leak-label-feature"]
    assert "`gone` of the spine" in found[0].message


def test_the_label_itself_may_look_ahead_and_other_columns_not(tmp_path: Path) -> None:
    sql = (
        "SELECT customer_id, ts AS at, LEAD(ts) OVER (ORDER BY ts) > ts AS churned, "
        "LEAD(amount) OVER (ORDER BY ts) AS next FROM source.events"
    )
    spend = group("spend", "spend: {agg: count_rows, window: 7d}")
    files = {"labelled": transform("labelled", sql, "source.events"), "spend": spend}
    found = said(tmp_path, "  - ref: feature_group.spend", files, spine="transform.labelled")
    assert codes(found) == ["leak-reaches-ahead"]
    assert [note for _, note in found[0].related] == [
        "the spine of `training_set.training`, with `next`"
    ]


# -- knowledge times -------------------------------------------------------------------------


def test_a_knowledge_time_that_another_node_names(tmp_path: Path) -> None:
    spend = group(
        "spend", "spend: {agg: sum, column: amount, window: 7d}", more="knowledge_time: loaded_at"
    )
    passed = transform(
        "passed", "SELECT customer_id, ts, loaded_at, amount FROM source.events", "source.events"
    )
    files = {"spend": spend, "passed": passed}
    join = "  - {ref: transform.passed, on: [customer_id], event_time: ts, features: [amount]%s}"
    assert codes(said(tmp_path, join.replace("%s", ""), files)) == ["leak-ignores-knowledge"]
    known = join.replace("%s", ", knowledge_time: loaded_at")
    assert said(tmp_path, known, files) == []
    by_knowledge = join.replace("%s", "").replace("event_time: ts", "event_time: loaded_at")
    assert said(tmp_path, by_knowledge, files) == []


def test_a_sum_of_events_that_were_known_late(tmp_path: Path) -> None:
    """Ordered by the event time, a sum holds events that became known only after the row did."""
    sql = (
        "SELECT customer_id, ts, loaded_at, SUM(amount) OVER (ORDER BY {by}) AS total "
        "FROM source.events"
    )
    more = "knowledge_time: loaded_at"
    cases = {
        "by_event": Joined(sql=sql.format(by="ts"), more=more),
        "by_knowledge": Joined(sql=sql.format(by="loaded_at"), event_time="loaded_at"),
    }
    found = findings_by_case(projects(tmp_path, cases))
    assert codes(found["by_event"]) == ["unproven-time"]
    assert found["by_knowledge"] == []


def test_a_day_that_is_known_when_it_is_over(tmp_path: Path) -> None:
    sql = DAILY.replace("SUM(amount) AS total", "CAST(ts AS DATE) + 1 AS known, SUM(amount) AS t")
    cases = {
        "known": Joined(sql=sql, event_time="d", more="knowledge_time: known"),
        "unknown": Joined(sql=sql, event_time="d"),
    }
    found = findings_by_case(projects(tmp_path, cases))
    assert found["known"] == []
    assert codes(found["unknown"]) == ["leak-own-day"]


# -- asking ----------------------------------------------------------------------------------


def test_strict_findings_are_errors(tmp_path: Path) -> None:
    cases = {"daily": Joined(sql=DAILY, event_time="d")}
    model = compiled(projects(tmp_path, cases)).model
    assert {f.severity for f in leakage_findings(model)} == {Severity.WARNING}
    assert {f.severity for f in leakage_findings(model, strict=True)} == {Severity.ERROR}


def test_only_the_training_sets_that_are_asked_for(tmp_path: Path) -> None:
    cases = {name: Joined(sql=DAILY, event_time="d") for name in ("one", "other")}
    model = compiled(projects(tmp_path, cases)).model
    assert len(leakage_findings(model)) == 2
    assert len(leakage_findings(model, ["training_set.one", "source.events"])) == 1
    assert leakage_findings(model, []) == []

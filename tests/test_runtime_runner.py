"""Running: what is published, what is kept when something fails, what is cleaned up."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from seeknal.compiler.artifact import Assertion
from seeknal.compiler.findings import CompileFailed
from seeknal.compiler.run_forms import Guarded
from seeknal.runtime.lock import run_lock
from seeknal.runtime.report import NodeResult, Status
from seeknal.runtime.runner import Silent
from seeknal.runtime.selection import Request
from seeknal.runtime.workflow import Node
from tests.handmade import Project, query, result, shop, statuses


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return shop(tmp_path)


def test_a_run_publishes_every_result_under_all_its_names(project: Project) -> None:
    report = project.run()
    assert set(statuses(report).values()) == {"success"}
    assert project.rows("aggregation.daily") == [(1, 15)]
    target = project.root / "target"
    published = target / "intermediate" / "aggregation_daily.parquet"
    assert (target / "aggregation" / "daily" / "result.parquet").samefile(published)
    assert (target / "cache" / "source" / "orders.parquet").exists()
    assert not list(target.rglob("*.seeknal-tmp")), "temporary files stay behind"
    assert not (target / ".scratch").exists()


def test_row_counts_come_from_the_statement_or_from_the_inputs(project: Project) -> None:
    report = project.run()
    counts = {node.id: (node.rows_in, node.rows_out, node.rows_dropped) for node in report.nodes}
    assert counts == {
        "source.orders": (None, 3, None),
        "source.regions": (None, 1, None),
        "transform.paid": (3, 2, None),
        "aggregation.daily": (2, 1, 0),
    }
    written = json.loads((project.root / "target" / "run_report.json").read_text())
    assert written["status"] == "success"
    assert written["counts"]["success"] == 4
    assert [node["rows_out"] for node in written["nodes"]] == [3, 1, 2, 1]


def test_wide_integers_are_published_as_int64_at_any_depth(project: Project) -> None:
    project.add(
        "transform.wide",
        "SELECT SUM(amount) AS total, [SUM(amount)] AS l, {'n': SUM(amount)} AS s "
        "FROM source_orders",
        "total l s",
        inputs=("source.orders",),
    )
    project.run()
    types = query(f"DESCRIBE FROM '{project.file('transform.wide')}'")
    assert [row[1] for row in types] == ["BIGINT", "BIGINT[]", "STRUCT(n BIGINT)"]


def test_a_sum_that_does_not_fit_is_an_error_that_names_the_column(project: Project) -> None:
    project.add(
        "transform.wide",
        "SELECT SUM(v) AS total FROM (VALUES (9223372036854775807), (1)) AS t(v)",
        "total",
    )
    failed = result(project.run(), "transform.wide").finding
    assert failed is not None
    assert failed.code == "integer-overflow"
    assert failed.message == ("`total` is 9223372036854775808, which does not fit into 64 bits")


def test_rows_of_user_sql_keep_their_order(project: Project) -> None:
    project.add(
        "transform.sorted",
        "SELECT -range AS x FROM range(300000) ORDER BY x",
        "x",
    )
    project.run()
    assert query(f"FROM '{project.file('transform.sorted')}' LIMIT 1") == [(-299999,)]


def test_below_a_failed_node_nothing_runs_on_old_data(project: Project) -> None:
    project.run()
    project.add(
        "transform.paid",
        "SELECT id, amount / no_such_column AS amount FROM source_orders",
        "id amount",
        inputs=("source.orders",),
    )
    report = project.run(continue_on_error=True)
    assert statuses(report) == {
        "source.orders": "cached",
        "source.regions": "cached",
        "transform.paid": "failed",
        "aggregation.daily": "skipped",
    }
    assert result(report, "aggregation.daily").reason == "transform.paid failed"
    assert report.failed
    assert project.rows("aggregation.daily") == [(1, 15)], "the last good output is lost"
    log = (project.root / "target" / "logs" / "run_1.log").read_text()
    assert "> SELECT id, amount / no_such_column" in log


def test_skipping_reaches_all_the_way_down(project: Project) -> None:
    project.add("source.orders", "SELECT nope", "id amount")
    report = project.run(continue_on_error=True)
    assert result(report, "transform.paid").reason == "source.orders failed"
    assert result(report, "aggregation.daily").reason == "transform.paid was skipped"
    assert result(report, "source.regions").status is Status.SUCCESS


def test_the_run_stops_at_the_first_failure_unless_told_otherwise(project: Project) -> None:
    project.add("source.orders", "SELECT nope", "id amount")
    report = project.run()
    assert statuses(report) == {
        "source.orders": "failed",
        "source.regions": "not run",
        "transform.paid": "skipped",
        "aggregation.daily": "skipped",
    }


def test_a_broken_promise_keeps_the_last_output_and_names_a_row(project: Project) -> None:
    project.run()
    project.add(
        "transform.paid",
        "SELECT id, amount FROM source_orders",
        "id amount",
        inputs=("source.orders",),
        assertions=(
            Assertion(
                "unpaid",
                "order of {id} has amount {amount}",
                "SELECT * FROM transform_paid WHERE amount < 10 -- x",
                "pay",
            ),
        ),
    )
    failed = result(project.run(), "transform.paid")
    assert failed.finding is not None
    assert failed.finding.code == "unpaid"
    assert failed.finding.message == "order of 1 has amount 5 (and at least 1 more)"
    assert failed.finding.help == "pay"
    assert failed.finding.place == project.nodes["transform.paid"].place
    assert project.rows("transform.paid") == [(1, 5), (1, 10)]


def test_a_broken_promise_explains_a_statement_that_fails(project: Project) -> None:
    project.add(
        "transform.paid",
        "SELECT id, CAST('x' || amount AS INTEGER) AS amount FROM source_orders",
        "id amount",
        inputs=("source.orders",),
        assertions=(
            Assertion("unusable", "no", "SELECT * FROM transform_paid"),
            Assertion("bad-amount", "amount {amount} is odd", "SELECT * FROM source_orders"),
        ),
    )
    failed = result(project.run(), "transform.paid").finding
    assert failed is not None
    assert (failed.code, failed.message) == ("bad-amount", "amount 5 is odd (and at least 2 more)")


def _guarded_total(check: str) -> Guarded:
    return Guarded(
        "SELECT id, SUM(amount) AS total, 1 AS day FROM source_orders GROUP BY id",
        Assertion("two-days", "{id} has two days", check),
        "SELECT id, total FROM features_by_as_of",
    )


def _add_guarded(project: Project, guarded: Guarded) -> None:
    project.add(
        "second_order_aggregation.total",
        "SELECT id, SUM(amount) AS total FROM source_orders GROUP BY id",
        "id total",
        inputs=("source.orders",),
        assertions=(Assertion("two-days", "", "SELECT a_second_pass FROM source_orders"),),
        guarded=guarded,
    )


def test_a_guarded_node_is_checked_on_its_groups_without_a_second_pass(project: Project) -> None:
    _add_guarded(project, _guarded_total("SELECT * FROM features_by_as_of WHERE total < 0"))
    project.run()
    assert project.rows("second_order_aggregation.total") == [(1, 15), (2, 0)]


def test_a_guarded_node_with_a_broken_promise_publishes_nothing(project: Project) -> None:
    _add_guarded(project, _guarded_total("SELECT * FROM features_by_as_of WHERE total > 0"))
    failed = result(project.run(), "second_order_aggregation.total").finding
    assert failed is not None
    assert (failed.code, failed.message) == ("two-days", "1 has two days")
    assert not project.file("second_order_aggregation.total").exists()


def test_columns_other_than_the_compiled_ones_are_refused(project: Project) -> None:
    project.add("source.regions", "SELECT 1 AS colour, 2 AS size", "colour code")
    failed = result(project.run(continue_on_error=True), "source.regions").finding
    assert failed is not None
    assert failed.code == "column-mismatch"
    assert failed.message.endswith("it lacks `code`, has `size`")


def test_missing_data_files_are_found_before_anything_runs(project: Project) -> None:
    (project.root / "data" / "orders.csv").rename(project.root / "data" / "order.csv")
    (project.root / "data" / "regions.csv").unlink()
    with pytest.raises(CompileFailed) as failed:
        project.run()
    first, second = failed.value.findings
    assert (first.code, second.code) == ("missing-file", "missing-file")
    assert first.help == "did you mean `order.csv` in the same folder?"
    assert first.place is not None
    assert (first.place.file, first.place.line) == ("seeknal/sources/orders.yml", 4)
    assert not (project.root / "target").exists()


def test_feature_groups_have_a_sidecar(project: Project) -> None:
    project.add(
        "feature_group.spend",
        "SELECT * FROM aggregation_daily",
        "id total",
        inputs=("aggregation.daily",),
        sidecar={"entity_name": "customer", "join_keys": ["id"], "event_time_col": "event_time"},
    )
    project.run()
    path = project.root / "target" / "intermediate" / "feature_group_spend_meta.json"
    assert json.loads(path.read_text()) == {
        "entity_name": "customer",
        "join_keys": ["id"],
        "event_time_col": "event_time",
    }


def test_a_second_run_at_the_same_time_is_refused(project: Project) -> None:
    with run_lock(project.target.lock, "other"), pytest.raises(CompileFailed) as failed:
        project.run()
    (finding,) = failed.value.findings
    assert finding.code == "run-in-progress"
    assert f"run other, process {os.getpid()}" in finding.message
    project.run()


class _InterruptSoon(Silent):
    """Sends Ctrl-C shortly after a node has begun."""

    def __init__(self, id: str) -> None:
        self.id = id

    def started(self, position: int, total: int, node: Node, reason: str) -> None:
        if node.id == self.id:
            threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()

    def finished(self, position: int, total: int, result: NodeResult) -> None:
        assert result.seconds < 20, "the statement ran to its end"


ENDLESS = "SELECT SUM(SIN(a.range * b.range)) AS s FROM range(9000000) a, range(9000000) b"


@pytest.fixture
def heard() -> Iterator[None]:
    """Ctrl-C as in a terminal: a process begun in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard")
def test_an_interrupt_stops_the_statement_and_keeps_what_is_done(project: Project) -> None:
    project.add("transform.paid", ENDLESS, "s", inputs=("source.orders",))
    report = project.run(listener=_InterruptSoon("transform.paid"))
    assert statuses(report) == {
        "source.orders": "success",
        "source.regions": "success",
        "transform.paid": "interrupted",
        "aggregation.daily": "not run",
    }
    assert not list((project.root / "target").rglob("*.seeknal-tmp"))
    project.add("transform.paid", "SELECT 1 AS id, 2 AS amount", "id amount")
    assert statuses(project.run()) == {
        "source.orders": "cached",
        "source.regions": "cached",
        "transform.paid": "success",
        "aggregation.daily": "success",
    }


def _run_until_killed(root: Path, begun: multiprocessing.synchronize.Event) -> None:
    class Tell(Silent):
        def started(self, position: int, total: int, node: Node, reason: str) -> None:
            if node.id == "transform.paid":
                begun.set()

    project = Project(root)
    project.add("source.orders", "SELECT 1 AS id, 2 AS amount", "id amount")
    project.add("transform.paid", ENDLESS, "s", inputs=("source.orders",))
    project.run(listener=Tell())


def test_after_a_kill_the_next_run_starts_clean(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    begun = context.Event()
    child = context.Process(target=_run_until_killed, args=(tmp_path, begun))
    child.start()
    assert begun.wait(30)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    project = Project(tmp_path)
    project.add("source.orders", "SELECT 1 AS id, 2 AS amount", "id amount")
    project.add("transform.paid", "SELECT id FROM source_orders", "id", inputs=("source.orders",))
    leftover = project.target.intermediate / ".source_x.parquet.99.seeknal-tmp"
    leftover.write_text("half")
    report = project.run(Request())
    assert set(statuses(report).values()) <= {"success", "cached"}
    assert project.rows("transform.paid") == [(1,)]
    assert not list((tmp_path / "target").rglob("*.seeknal-tmp"))

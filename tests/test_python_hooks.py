"""Post-hooks: functions after any node, with all that a function of a node is given."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.python_projects import Shop, shop

CLI = "from seeknal.cli import start; start()"
TELL = """\
def tell(ctx):
    rows = ctx.ref(ctx.node_id)
    print("told of", ctx.node_id, len(rows))
"""
SPECS = {
    "orders": "kind: source\nname: orders\nsource: csv\ntable: data/orders.csv\nschema:\n"
    "  - {name: order_id, data_type: int64}\n  - {name: customer_id, data_type: string}\n"
    "  - {name: order_date, data_type: date}\n  - {name: amount, data_type: double}\n",
    "dated": "kind: transform\nname: dated\ninputs: [{ref: source.orders}]\n"
    "transform: SELECT *, DATE '2026-01-31' AS applied FROM source.orders\n",
    "spend": "kind: feature_group\nname: spend\nentity: customer\ninputs: [{ref: source.orders}]\n"
    "event_time: order_date\nfeatures:\n  spent: {agg: sum, column: amount, window: 7d}\n",
    "daily": "kind: aggregation\nname: daily\nid_col: customer_id\nfeature_date_col: order_date\n"
    "application_date_col: applied\nsource: transform.dated\nfeatures:\n"
    "  - {name: amount, basic: [sum]}\n",
    "trend": "kind: second_order_aggregation\nname: trend\nid_col: customer_id\n"
    "feature_date_col: order_date\napplication_date_col: applied\nsource: transform.dated\n"
    "features: {amount: {basic: [sum]}}\n",
    "training": "kind: training_set\nname: training\n"
    "spine: {ref: source.orders, as_of: order_date}\njoins: [{ref: feature_group.spend}]\n",
}
HOOK = "post_hooks: [{python: hooks/tell.py:tell}]\n"


@pytest.fixture
def project(tmp_path: Path) -> Shop:
    return shop(tmp_path)


def test_nodes_of_every_kind_may_have_hooks(project: Shop) -> None:
    project.write("hooks/tell.py", TELL)
    for name, spec in SPECS.items():
        project.write(f"seeknal/{name}.yml", spec + HOOK)
    project.python(
        """
        @transform(post_hooks=[{"python": "hooks/tell.py:tell"}])
        def clean(ctx):
            return ctx.ref("source.orders")

        @second_order_aggregation(
            name="again", id_col="customer_id", feature_date_col="order_date",
            application_date_col="applied", features={"amount": {"basic": ["sum"]}},
            post_hooks=[{"python": "hooks/tell.py:tell"}],
        )
        def again(ctx):
            return ctx.ref("transform.dated")
        """
    )
    # Without it the features over events are as of another time in each run.
    as_of = ("--as-of", "2026-01-31")
    ran = project.ok(*as_of)
    told = [line.partition("told of ")[2] for line in ran.stdout.splitlines() if "told of" in line]
    assert sorted(told) == [
        "aggregation.daily 2",
        "feature_group.spend 2",
        "second_order_aggregation.again 2",
        "second_order_aggregation.trend 2",
        "source.orders 4",
        "training_set.training 4",
        "transform.clean 4",
        "transform.dated 4",
    ]
    assert set(project.ok(*as_of).statuses.values()) == {"cached"}


def test_a_hook_reads_what_is_above_its_node_and_nothing_else(project: Shop) -> None:
    project.write("seeknal/dated.yml", SPECS["dated"] + HOOK)
    project.write(
        "hooks/tell.py",
        """
        def tell(ctx):
            assert len(ctx.ref("source.orders")) == 4
            assert ctx.params["factor"] == 2
            ctx.state.set("told", True)
            ctx.ref("transform.other")
        """,
    )
    project.python('@transform\ndef other(ctx):\n    return ctx.ref("source.orders")\n')
    error = project.run("--params", '{"factor": 2}').error("transform.dated")
    assert error["code"] == "not-an-input"
    assert error["message"].startswith("the post-hook `tell`: `transform.other` is not an input")
    assert not (project.root / "target" / "pipeline_state" / "transform_dated.json").exists()


def test_what_a_hook_returns_is_nothing(project: Shop) -> None:
    project.write("seeknal/dated.yml", SPECS["dated"] + HOOK)
    project.write("hooks/tell.py", "def tell():\n    return [1, 2]\n")
    project.ok()


@pytest.mark.parametrize(
    ("hook", "code", "words"),
    [
        ("hooks/tel.py:tell", "missing-file", "did you mean `tell.py` in the same folder?"),
        ("hooks/tell.py:tel", "unknown-function", "did you mean `tell`?"),
        ("hooks/tell.py", "wrong-value", "write `<file>.py:<function>`"),
    ],
)
def test_a_hook_that_is_not_there(project: Shop, hook: str, code: str, words: str) -> None:
    project.write("hooks/tell.py", TELL)
    project.write("seeknal/dated.yml", SPECS["dated"] + f"post_hooks: [{{python: {hook}}}]\n")
    [found] = project.findings()
    assert found.code == code
    assert words in (found.help or "")


def test_an_interrupted_hook_runs_again(project: Shop) -> None:
    project.write("seeknal/dated.yml", SPECS["dated"] + HOOK)
    project.write(
        "hooks/tell.py",
        """
        import os, time

        def tell(ctx):
            if os.environ.get("SLOW"):
                print("waiting", flush=True)
                time.sleep(60)
            print("told")
        """,
    )
    words = ["run", "--project-path", str(project.root), "--date", "2026-01-31"]
    with subprocess.Popen(
        [sys.executable, "-c", f"import os; os.environ['SLOW'] = '1'; {CLI}", *words],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "waiting" in line:
                process.send_signal(signal.SIGINT)
                break
        process.stdout.read()
        assert process.wait(20) == 130
    assert len(project.rows("transform.dated")) == 4
    state = json.loads((project.root / "target" / "run_state.json").read_text())
    assert state["nodes"]["transform.dated"]["status"] == "failed"
    ran = project.ok()
    assert ran.reasons["transform.dated"] == "a post-hook has not run"
    assert "transform.dated | told" in ran.stdout

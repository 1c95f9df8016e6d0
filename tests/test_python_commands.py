"""Commands over projects with functions: what they show of nodes that have no SQL."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seeknal.cli import main
from tests.python_projects import Shop, shop

NODES = """
@transform(description="All orders.")
def clean(ctx):
    return ctx.ref("source.orders")


@second_order_aggregation(
    name="trend", id_col="customer_id", feature_date_col="order_date",
    application_date_col="applied", features={"amount": {"basic": ["sum"]}},
)
def trend(ctx):
    import pandas as pd

    return ctx.ref("transform.clean").assign(applied=pd.Timestamp("2026-01-31"))


@transform(output=False)
def notify(ctx):
    print(len(ctx.ref("transform.totals")))
"""
TOTALS = """\
    kind: transform
    name: totals
    inputs: [{ref: transform.clean}]
    transform: SELECT customer_id, SUM(amount) AS total FROM transform.clean GROUP BY customer_id
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    made = shop(tmp_path_factory.mktemp("commands"))
    made.python(NODES)
    made.write("seeknal/totals.yml", TOTALS)
    made.ok()
    return made


def seeknal(project: Shop, *words: str) -> Result:
    dated = ["--date", "2026-01-31"] if words[0] in ("compile", "plan") else []
    done = CliRunner().invoke(main, [*words, *dated, "--project-path", str(project.root)])
    assert done.exit_code == 0, done.output
    return done


def test_compile_says_which_nodes_have_no_sql(project: Shop) -> None:
    done = seeknal(project, "compile", "clean", "totals")
    assert done.stderr == (
        "transform.clean has no SQL: the function `clean` of seeknal/nodes.py returns its rows\n"
    )
    assert done.stdout.startswith("/* transform.totals | seeknal/totals.yml | duckdb */")


@pytest.mark.parametrize(
    ("stage", "text"), [("document", "All orders."), ("spec", "NodeFunction"), ("model", "string")]
)
def test_stages_show_nodes_with_functions(project: Shop, stage: str, text: str) -> None:
    shown = seeknal(project, "compile", "clean", "--stage", stage).stdout
    assert shown.startswith("# transform.clean\n")
    assert text in shown


def test_what_is_inlined_ends_at_functions(project: Shop) -> None:
    for node in ("totals", "trend"):
        assert "source_orders" not in seeknal(project, "compile", node, "--inline").stdout
    assert "FROM transform_clean" in seeknal(project, "compile", "totals", "--inline").stdout


def test_lists_count_the_columns_that_functions_returned(project: Shop) -> None:
    listed = {node["id"]: node for node in json.loads(seeknal(project, "list", "--json").stdout)}
    assert listed["transform.clean"]["columns"] == [
        "order_id",
        "customer_id",
        "order_date",
        "amount",
    ]
    assert listed["transform.notify"]["columns"] == []
    assert "transform.clean: 4 of 4 rows" in seeknal(project, "inspect", "clean").stdout


def test_a_plan_knows_what_it_cannot_know(tmp_path: Path) -> None:
    fresh = shop(tmp_path)
    fresh.python(NODES)
    fresh.write("seeknal/totals.yml", TOTALS)
    planned = seeknal(fresh, "plan").stdout
    assert planned.count("RUN ") == 5
    dry = seeknal(fresh, "run", "--dry-run").stdout
    assert "5 to run" in dry


def test_the_manifest_has_functions_as_nodes(project: Shop) -> None:
    manifest = json.loads((project.root / "target" / "manifest.json").read_text())
    assert manifest["nodes"]["transform.clean"]["file_path"] == "seeknal/nodes.py"
    assert manifest["nodes"]["transform.clean"]["description"] == "All orders."
    edges = {(edge["from"], edge["to"]) for edge in manifest["edges"]}
    assert ("transform.totals", "transform.notify") in edges

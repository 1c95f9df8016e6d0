"""Every command in a project with nodes in Python: what it says of them before and after a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seeknal.cli import main
from tests.handmade import query

Command = Callable[..., Result]

PIPELINE = '''\
from seeknal.pipeline import feature_group, second_order_aggregation, transform


@transform(tags=["py"], least=20)
def scored(ctx):
    """Orders above a least amount."""
    orders = ctx.ref("source.orders")
    return orders[orders["amount"].astype(float) > ctx.params["least"]]


@feature_group(entity={"name": "customer", "join_keys": ["customer_id"]}, event_time="order_date")
def spend(ctx):
    return ctx.ref("transform.scored")[["customer_id", "order_date", "amount"]]


@second_order_aggregation(
    id_col="customer_id",
    feature_date_col="order_date",
    application_date_col="application_date",
    features={"amount": {"basic": ["sum"]}},
)
def trend(ctx):
    return ctx.ref("transform.scored_orders")


@transform(output=False)
def train(ctx):
    ctx.ref("transform.scored")
'''
BELOW = """\
kind: transform
name: below
inputs: [{ref: transform.scored}]
transform: SELECT customer_id FROM ref('transform.scored')
tests:
  - name: keeps_all
    given: {transform.scored: [{customer_id: A}]}
    expect: [{customer_id: A}]
"""
LABELS = """\
kind: source
name: labels
source: csv
table: data/labels.csv
schema:
  - {name: customer_id, data_type: string}
  - {name: seen_on, data_type: date}
"""
TRAINING = """\
kind: training_set
name: training
spine: {ref: source.labels, as_of: seen_on}
joins:
  - ref: feature_group.spend
    features: [amount]
"""
FILES = {
    "seeknal/pipelines/score.py": PIPELINE,
    "seeknal/transforms/below.yml": BELOW,
    "seeknal/sources/labels.yml": LABELS,
    "seeknal/training_sets/training.yml": TRAINING,
    "data/labels.csv": "customer_id,seen_on\nCUST-100,2026-01-10\nCUST-101,2026-01-15\n",
}
COLUMNS = ["order_id", "customer_id", "order_date", "amount"]


@pytest.fixture
def new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command in the project, in which nothing has run; a crash fails the test."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, code: int = 0) -> Result:
        done = CliRunner().invoke(main, arguments, catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done

    call("init", "--name", "shop", "--example")
    for file, text in FILES.items():
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(text)
    return call


@pytest.fixture
def ran(new: Command) -> Command:
    """The same, once all has run."""
    new("run")
    return new


def line_of(done: Result, id: str) -> str:
    return next(line for line in done.stdout.splitlines() if id in line.split())


# -- before the first run --------------------------------------------------------------------


def test_list_says_which_columns_are_unknown(new: Command) -> None:
    assert line_of(new("list"), "transform.scored").split()[1:] == ["unknown", "never", "run", "py"]
    assert line_of(new("list"), "transform.below").split()[1] == "unknown"
    found = {node["id"]: node for node in json.loads(new("list", "--json").stdout)}
    assert found["transform.scored"]["columns"] is None
    assert found["transform.scored"]["file"] == "seeknal/pipelines/score.py"
    assert found["transform.scored"]["description"] == "Orders above a least amount."
    assert found["transform.train"]["columns"] == []
    assert len(found["source.orders"]["columns"]) == 4


def test_plan_and_a_dry_run_of_all_say_that_nothing_has_run(new: Command) -> None:
    for command in (("plan",), ("run", "--dry-run")):
        line = line_of(new(*command), "transform.scored")
        assert line.split() == ["RUN", "transform.scored", "never", "run"]
    assert {s["action"] for s in json.loads(new("run", "--dry-run", "--json").stdout)} == {"RUN"}


@pytest.mark.parametrize("arguments", [(), ("below",), ("trend",), ("--check",), ("--update",)])
def test_compile_names_the_functions_that_have_to_run(
    new: Command, arguments: tuple[str, ...]
) -> None:
    said = new("compile", *arguments, code=1).stderr
    node = "trend" if "trend" in arguments else "scored"
    assert f"def {node}(ctx):" in said
    assert "error[unknown-columns]" in said and f"`seeknal run --nodes {node}`" in said


def test_compile_of_a_function_says_what_it_is(new: Command) -> None:
    lines = new("compile", "scored").stdout.splitlines()
    assert lines == [
        "/* transform.scored | seeknal/pipelines/score.py | python */",
        "/* no SQL: the rows are what the function `scored` in seeknal/pipelines/score.py:5 "
        "returns */",
        "/* reads source.orders */",
        "/* columns: not known before the function has run */",
    ]
    (node,) = json.loads(new("compile", "scored", "--json").stdout)["nodes"]
    assert (node["sql"], node["columns"], node["inputs"]) == (None, None, ["source.orders"])
    assert node["python"] == {
        "function": "scored",
        "file": "seeknal/pipelines/score.py",
        "line": 5,
        "dependencies": [],
        "requires_python": None,
        "returns_rows": True,
    }


def test_other_nodes_compile_and_are_tested_without_them(new: Command) -> None:
    assert new("compile", "orders").stdout.startswith("/* source.orders |")
    assert new("test", "orders").stdout == "0 tests: 0 passed\n"


def test_tests_and_leakage_name_the_functions_that_have_to_run(new: Command) -> None:
    assert "`seeknal run --nodes scored`" in new("test", code=1).stderr
    said = new("check", "leakage", code=1).stderr
    assert "`training_set.training` reads them" in said and "`seeknal run --nodes spend`" in said


def test_a_project_in_which_nothing_has_run_has_no_results(new: Command) -> None:
    assert "no results yet" in new("inspect").stdout
    assert "no entities yet" in new("entity", "list").stdout
    assert "error[no-results]" in new("consolidate", code=1).stderr
    assert "error[unknown-entity]" in new("entity", "show", "customer", code=1).stderr
    assert "last run  none" in new("info").stdout


# -- after it --------------------------------------------------------------------------------


def test_list_and_inspect_show_what_functions_returned(ran: Command) -> None:
    # By hand: of 40, 25.50, 120, 80 and 15.75 four are above 20.
    assert line_of(ran("list"), "transform.scored").split()[1:] == ["4", "4", "py"]
    assert "transform.scored: 4 of 4 rows" in ran("inspect", "scored").stdout
    columns = json.loads(ran("inspect", "scored", "--schema", "--json").stdout)["columns"]
    assert [column["name"] for column in columns] == COLUMNS
    said = ran("inspect", "train", code=1).stderr
    assert "`transform.train` has run, and its function returns no rows" in said
    results = {found["id"] for found in json.loads(ran("inspect", "--json").stdout)}
    assert "transform.scored" in results and "transform.train" not in results


def test_the_plan_after_the_first_run_has_no_changes(ran: Command) -> None:
    done = ran("plan")
    assert "none since the last plan" in done.stdout
    assert "10 nodes, 0 to run" in done.stdout


def test_the_plan_says_that_a_function_changed(ran: Command) -> None:
    path = Path("seeknal/pipelines/score.py")
    path.write_text(PIPELINE.replace("astype(float) >", "astype(float) >="))
    found = json.loads(ran("plan", "--json").stdout)
    said = "its function, or a parameter of it, changed"
    assert found["changes"] == [{"id": "transform.scored", "change": "changed", "details": [said]}]
    reasons = {step["id"]: step["reason"] for step in found["steps"] if step["action"] == "RUN"}
    assert reasons["transform.scored"] == said
    assert reasons["transform.below"] == "input transform.scored changed"
    assert "second_order_aggregation.trend" not in reasons
    path.write_text(PIPELINE.replace("least=20", "least=30"))
    assert json.loads(ran("run", "--dry-run", "--json").stdout)[2] == {
        "id": "transform.scored",
        "action": "RUN",
        "reason": said,
    }


def test_compile_writes_what_has_sql_and_counts_what_has_not(ran: Command) -> None:
    for written in ("files written", "unchanged"):
        first, second = ran("compile").stdout.splitlines()
        assert first.startswith("compiled 7 nodes for duckdb") and written in first
        assert second == "3 nodes in Python have no SQL"
    names = {path.name for path in Path("target/compiled/duckdb").iterdir()}
    assert "second_order_aggregation.trend.sql" in names
    assert not any("scored.sql" in name for name in names)
    into = ran("compile", "scored", "-o", "sql").stdout.splitlines()
    assert into[-1] == "1 node in Python has no SQL"


def test_what_is_printed_of_several_nodes_can_be_run(ran: Command) -> None:
    text = ran("compile", "scored", "below").stdout
    assert "order_id int64, customer_id string" in text.splitlines()[3]
    scored = "FROM 'target/intermediate/transform_scored.parquet'"
    below = text.rstrip().removesuffix(";")
    assert len(query(f"WITH transform_scored AS ({scored}) FROM ({below})")) == 4


def test_an_aggregation_by_sql_says_what_it_reads(ran: Command) -> None:
    assert "FROM returned_by_second_order_aggregation_trend" in ran("compile", "trend").stdout
    (node,) = json.loads(ran("compile", "trend", "--json").stdout)["nodes"]
    assert node["sql"] and node["python"]["function"] == "trend"
    explained = ran("compile", "trend", "--explain").stdout.splitlines()
    assert explained[1] == (
        "  over returned_by_second_order_aggregation_trend: the rows are what the function "
        "`trend` in seeknal/pipelines/score.py:22 returns"
    )


def test_an_inline_statement_ends_at_functions(ran: Command) -> None:
    text = ran("compile", "below", "--inline").stdout
    assert text == ran("compile", "below").stdout
    assert "source_orders" not in ran("compile", "trend", "--inline").stdout
    assert "source_labels AS (" in ran("compile", "training", "--inline").stdout


@pytest.mark.parametrize(
    "stage, said",
    [
        ("document", "description: Orders above a least amount."),
        ("spec", "TransformSpec"),
        ("model", "ResolvedPython"),
        ("plan", "no plan: the function `scored` in seeknal/pipelines/score.py:5 makes the rows"),
        ("sql", "no SQL: the rows are what the function `scored`"),
    ],
)
def test_every_stage_of_a_function(ran: Command, stage: str, said: str) -> None:
    assert said in ran("compile", "scored", "--stage", stage).stdout
    assert said in ran("compile", "--stage", stage).stdout


def test_explain_says_that_there_is_no_sql(ran: Command) -> None:
    said = (
        "  no SQL: the rows are what the function `scored` in seeknal/pipelines/score.py:5 returns"
    )
    assert ran("compile", "scored", "--explain").stdout == f"transform.scored\n{said}\n"
    assert said in ran("compile", "--explain").stdout
    train = ran("compile", "train", "--explain").stdout
    assert "the function `train` in seeknal/pipelines/score.py:27 returns no rows" in train


def test_snapshots_are_of_what_has_sql(ran: Command) -> None:
    ran("compile", "--update")
    assert "duckdb: 7 nodes compile to" in ran("compile", "--check").stdout
    said = ran("compile", "scored", "--check").stdout
    assert said.endswith("no SQL to compare, written in Python: transform.scored\n")
    found = json.loads(ran("compile", "--check", "--json").stdout)
    assert found["without_sql"] == ["transform.scored", "feature_group.spend", "transform.train"]


def test_unit_tests_give_the_rows_of_functions(ran: Command) -> None:
    assert "1 test: 1 passed" in ran("test").stdout
    path = Path("seeknal/transforms/below.yml")
    path.write_text(BELOW.replace("given: {transform.scored", "given: {source.orders"))
    said = ran("test", code=1).stderr
    assert "`given` has no rows of `transform.scored`, which `transform.below` reads" in said


def test_leakage_takes_what_functions_published(ran: Command) -> None:
    assert "warning[unproven-time]: what the function of `feature_group.spend`" in (
        ran("check", "leakage", "--static").stderr
    )
    assert "no leak at 2 as-ofs" in ran("check", "leakage").stdout
    Path("target/intermediate/feature_group_spend.parquet").unlink()
    said = ran("check", "leakage", code=1).stderr
    assert "error[no-results]" in said and "`seeknal run --nodes feature_group.spend`" in said
    assert "is not a training set" in ran("check", "leakage", "scored", code=2).stderr


def test_entities_have_the_groups_of_functions(ran: Command) -> None:
    assert "1 FG" in ran("entity", "list").stdout
    shown = ran("entity", "show", "customer").stdout
    assert "spend.amount" in shown
    assert "Consolidated entity 'customer': 1 FG, 4 rows" in ran("consolidate").stdout
    assert "10 nodes on record" in ran("info").stdout

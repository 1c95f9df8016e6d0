"""Drafts in Python run as they are; a dry run leaves no trace; `apply` says what changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seeknal.cli import main

YAML_KINDS = (
    "source",
    "transform",
    "feature-group",
    "aggregation",
    "second-order-aggregation",
    "training-set",
)
PYTHON_KINDS = ("source", "transform", "feature_group", "second-order-aggregation", "aggregation")


def seeknal(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new project without anything in it."""
    monkeypatch.chdir(tmp_path)
    seeknal("init", "--name", "shop")
    return tmp_path


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example's project, run once."""
    monkeypatch.chdir(tmp_path)
    seeknal("init", "--name", "shop", "--example")
    seeknal("run")
    return tmp_path


def contents(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def without_cache(found: dict[str, bytes]) -> dict[str, bytes]:
    """Without what is remembered of compilations, which changes nothing but their time."""
    return {file: text for file, text in found.items() if not file.startswith("target/.cache/")}


def goes_through(root: Path, kind: str, *options: str) -> None:
    """Draft, dry-run, apply and run a kind; the dry run leaves all files as they are."""
    seeknal("draft", kind, "new", "--description", 'What: it\'s "new" \\ and', *options)
    suffix = ".py" if "--python" in options else ".yml"
    folder = kind.replace("-", "_")
    file = f"draft_{folder}_new{suffix}"
    before = contents(root)
    found = json.loads(seeknal("dry-run", file, "--json", "--limit", "2").stdout)
    assert contents(root) == before
    assert 0 < len(found["rows"]) <= 2 <= found["total"]
    assert list(found["rows"][0]) == [column["name"] for column in found["columns"]]
    node_kind = "transform" if suffix == ".py" and kind == "aggregation" else folder
    assert found["id"] == f"{node_kind}.new"
    assert json.loads(seeknal("apply", file, "--json").stdout)["file"] == (
        f"seeknal/{node_kind}s/new{suffix}"
    )
    assert not (root / file).exists()
    seeknal("run", "--nodes", f"{node_kind}.new")
    listed = json.loads(seeknal("list", "--json").stdout)
    rows = {node["id"]: node["rows"] for node in listed}
    assert rows[f"{node_kind}.new"] == found["total"]


@pytest.mark.parametrize("kind", PYTHON_KINDS)
def test_a_draft_in_python_runs_in_the_example(shop: Path, kind: str) -> None:
    read = ("--from", "data/orders.csv") if kind == "source" else ()
    goes_through(shop, kind, "--python", *read)


@pytest.mark.parametrize("kind", PYTHON_KINDS)
def test_a_draft_in_python_runs_in_an_empty_project(empty: Path, kind: str) -> None:
    goes_through(empty, kind, "--python")


def test_every_draft_in_yaml_runs_in_the_example(shop: Path) -> None:
    # A training set joins feature groups, and the example has none before it is drafted.
    for kind in YAML_KINDS:
        goes_through(shop, kind, *(("--from", "data/orders.csv") if kind == "source" else ()))


@pytest.mark.parametrize("kind", YAML_KINDS[1:])
def test_a_draft_in_yaml_says_what_an_empty_project_lacks(empty: Path, kind: str) -> None:
    said = seeknal("draft", kind, "new", code=1).stderr
    assert "error[unknown-columns]" in said and "draft a source first" in said


def test_a_draft_in_python_reads_a_feature_group(shop: Path) -> None:
    goes_through(shop, "feature_group", "--python")
    for kind in ("transform", "aggregation", "feature_group"):
        seeknal("draft", kind, "more", "--python", "--from", "feature_group.new")
        found = seeknal("dry-run", f"draft_{kind}_more.py", "--json").stdout
        assert json.loads(found)["total"] > 0


@pytest.mark.parametrize("python", [(), ("--python",)])
def test_every_kind_runs_over_the_rows_that_a_drafted_source_brings(
    empty: Path, python: tuple[str, ...]
) -> None:
    goes_through(empty, "source", *python)
    assert (empty / "data/new.csv").exists()
    seeknal("run")
    for kind in YAML_KINDS[1:]:
        goes_through(empty, kind)


def test_the_header_asks_for_packages(empty: Path) -> None:
    seeknal(
        "draft", "transform", "x", "--python", "--deps", "pandas>=2,<4,duckdb", "--deps", "a[b,c]"
    )
    text = Path("draft_transform_x.py").read_text()
    assert text.startswith(
        '# /// script\n# requires-python = ">=3.11"\n# dependencies = [\n'
        '#     "seeknal",\n#     "pandas>=2,<4",\n#     "duckdb",\n#     "a[b,c]",\n# ]\n# ///\n'
    )


def test_a_version_of_seeknal_comes_first_too(empty: Path) -> None:
    seeknal("draft", "transform", "x", "--python", "--deps", "pandas,seeknal>=0.1")
    text = Path("draft_transform_x.py").read_text()
    assert '[\n#     "seeknal>=0.1",\n#     "pandas",\n# ]' in text


def test_a_template_of_the_project_comes_first(empty: Path) -> None:
    own = empty / "seeknal/templates/transform.py.j2"
    own.parent.mkdir()
    own.write_text("# {{ name }}: {{ description }} needs {{ deps | join(' and ') }}\n")
    seeknal("draft", "transform", "x", "--python", "-d", "Ours", "--deps", "scipy")
    assert Path("draft_transform_x.py").read_text() == "# x: Ours needs seeknal and scipy\n"
    own.write_text("{{ nothing }}\n")
    said = seeknal("draft", "transform", "y", "--python", code=1).stderr
    assert "seeknal/templates/transform.py.j2:1" in said and "error[bad-template]" in said
    # In YAML, too, one that reads nothing needs nothing to read.
    (own.parent / "aggregation.yml.j2").write_text("name: {{ name }}\n")
    seeknal("draft", "aggregation", "z")
    assert Path("draft_aggregation_z.yml").read_text() == "name: z\n"


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("rule", "x", "--python"), "does not run nodes of kind `rule`"),
        (("model", "x", "--python"), "does not run nodes of kind `model`"),
        (("semantic-model", "x"), "does not run nodes of kind `semantic_model`"),
        (("training-set", "x", "--python"), "a training_set is not written in Python"),
        (("common-rule", "x"), "common entries have no file of their own"),
        (("transform", "class", "--python"), "`class` is no name of a function"),
        (("transform", "1st", "--python"), "`1st` is no name of a function"),
        (("transform", "x", "--python", "--deps", "a b"), "error[bad-requirement]"),
        (("transform", "x", "--python", "--from", "source.none"), "error[unknown-node]"),
    ],
)
def test_what_cannot_be_drafted(shop: Path, arguments: tuple[str, ...], said: str) -> None:
    before = contents(shop)
    assert said in seeknal("draft", *arguments, code=1).stderr
    assert contents(shop) == before


def test_packages_are_for_python(shop: Path) -> None:
    assert (
        "--deps goes with --python" in seeknal("draft", "source", "x", "--deps", "a", code=2).stderr
    )


NOTED = """\
from seeknal.pipeline import transform


@transform()
def noted(ctx):
    print("called", ctx.state.get("calls", 0))
    ctx.state.set("calls", ctx.state.get("calls", 0) + 1)
    ctx.state.save()
    (ctx.target_dir / "model.txt").write_text("trained")
    return ctx.ref("source.orders").head(2)
"""


def test_a_dry_run_writes_neither_state_nor_files_and_sees_those_that_are_there(shop: Path) -> None:
    Path("noted.py").write_text(NOTED)
    before = contents(shop)
    shown = seeknal("dry-run", "noted.py")
    assert contents(shop) == before
    assert "transform.noted | called 0\n" in shown.output
    assert "Rows: 2 of 2\n" in shown.output and "Nothing was written.\n" in shown.output
    seeknal("apply", "noted.py")
    seeknal("run")
    before = contents(shop)
    assert before["target/model.txt"] == b"trained"
    Path("seeknal/transforms/noted.py").write_text(NOTED.replace('"trained"', "'again'"))
    shown = seeknal("dry-run", "seeknal/transforms/noted.py")
    assert "transform.noted | called 1\n" in shown.output
    assert (shop / "target/model.txt").read_text() == "trained"
    assert json.loads((shop / "target/pipeline_state/transform_noted.json").read_text()) == {
        "calls": 1
    }


def test_what_a_function_prints_keeps_out_of_json(shop: Path) -> None:
    Path("noted.py").write_text(NOTED)
    done = seeknal("dry-run", "noted.py", "--json")
    assert json.loads(done.stdout)["sql"] is None
    assert "transform.noted | called 0" in done.stderr


def test_inputs_that_are_not_published_are_named(shop: Path) -> None:
    Path("noted.py").write_text(NOTED)
    (shop / "target/intermediate/source_orders.parquet").unlink()
    said = seeknal("dry-run", "noted.py", code=1).stderr
    assert "error[no-results]" in said
    assert "`transform.noted` reads `source.orders`, which has no published rows" in said
    assert "`seeknal run --nodes source.orders`" in said


def test_inputs_that_have_changed_since_are_named(shop: Path) -> None:
    Path("noted.py").write_text(NOTED)
    assert json.loads(seeknal("dry-run", "noted.py", "--json").stdout)["stale"] == {}
    with open("data/orders.csv", "a") as file:
        file.write("6,CUST-102,2026-01-16,1.00\n")
    shown = seeknal("dry-run", "noted.py").stdout.splitlines()
    changed = "source.orders, as published last; since then: data/orders.csv changed"
    assert shown[2] == f"  {changed}"


def test_a_function_that_fails_shows_its_line_and_its_traceback(shop: Path) -> None:
    Path("noted.py").write_text(
        NOTED.replace("return ", "raise RuntimeError('no model')\n    return ")
    )
    done = seeknal("dry-run", "noted.py", code=1)
    assert "noted.py:10" in done.stderr and "no model" in done.stderr
    assert "transform.noted | Traceback" in done.stderr


TWO = """\
from seeknal.pipeline import feature_group, second_order_aggregation, transform


@feature_group(entity={"name": "customer", "join_keys": ["customer_id"]}, event_time="order_date")
def spend(ctx):
    rows = ctx.ref("transform.dear")
    return rows[["customer_id", "order_date", "amount"]]


@transform(inputs=["source.orders"], sql="SELECT * FROM ref('source.orders') WHERE amount > 30")
def dear():
    pass


@second_order_aggregation(
    id_col="customer_id",
    feature_date_col="order_date",
    application_date_col="scored_on",
    features={"amount": {"basic": ["sum"]}},
)
def dear_sum(ctx):
    import pandas as pd

    rows = ctx.ref("feature_group.spend").to_df()
    return rows.assign(scored_on=pd.Timestamp("2026-01-15"))
"""


def test_a_file_of_several_nodes_is_computed_node_by_node(shop: Path) -> None:
    Path("two.py").write_text(TWO)
    before = contents(shop)
    found = json.loads(seeknal("dry-run", "two.py", "--json").stdout)["nodes"]
    assert contents(shop) == before
    assert [(node["id"], node["total"]) for node in found] == [
        # By hand: of 40, 25.50, 120, 80 and 15.75 three are above 30.
        ("transform.dear", 3),
        ("feature_group.spend", 3),
        ("second_order_aggregation.dear_sum", 2),
    ]
    assert found[1]["sql"] is None and found[1]["function"] == "spend"
    assert "FROM returned_by_second_order_aggregation_dear_sum" in found[2]["sql"]
    assert sorted(float(row["amount_SUM"]) for row in found[2]["rows"]) == [40.0, 200.0]


def test_a_file_of_several_nodes_goes_to_the_folder_of_the_first(shop: Path) -> None:
    Path("two.py").write_text(TWO)
    said = seeknal("apply", "two.py").output
    assert "two.py moved to seeknal/feature_groups/spend.py" in said
    assert "it defines 3 nodes, and is in the folder of the first" in said
    seeknal("run")
    assert (
        "error[node-exists]" in seeknal("apply", "seeknal/feature_groups/spend.py", code=1).stderr
    )


def test_apply_does_not_overwrite_unasked(shop: Path) -> None:
    Path("noted.py").write_text(NOTED)
    seeknal("apply", "noted.py")
    seeknal("run")
    Path("again.py").write_text(NOTED.replace(".head(2)", ".head(1)"))
    before = contents(shop)
    said = seeknal("apply", "again.py", code=1).stderr
    assert "`seeknal/transforms/noted.py` defines transform.noted already" in said
    assert contents(shop) == before
    found = json.loads(seeknal("apply", "again.py", "--force", "--json").stdout)
    (change,) = found["changes"]
    assert (change["sql"], change["function"], change["stale"]) == (None, "changed", True)
    assert change["reason"] == "its function, or a parameter of it, changed"


@pytest.mark.parametrize("options", [(), ("--force",)])
def test_apply_refuses_a_node_that_another_file_defines(
    shop: Path, options: tuple[str, ...]
) -> None:
    Path("noted.py").write_text(NOTED.replace("noted", "scored_orders"))
    before = contents(shop)
    said = seeknal("apply", "noted.py", *options, code=1).stderr
    assert "seeknal/transforms/scored_orders.yml:2:7: error[node-exists]" in said
    assert "would go to `seeknal/transforms/scored_orders.py`" in said
    assert without_cache(contents(shop)) == without_cache(before)
    # And a spec in YAML does not take the place of a file of Python.
    Path("noted.py").write_text(NOTED)
    seeknal("apply", "noted.py")
    Path("noted.yml").write_text(
        "kind: transform\nname: noted\ninputs: [{ref: source.orders}]\n"
        "transform: SELECT 1 AS one FROM input_0\n"
    )
    before = contents(shop)
    said = seeknal("apply", "noted.yml", *options, code=1).stderr
    assert "seeknal/transforms/noted.py:5:5: error[node-exists]" in said
    assert without_cache(contents(shop)) == without_cache(before)


SCHEMA = (
    '[{"name": "customer_id", "data_type": "string"}, {"name": "amount", "data_type": "double"}]'
)
DECLARED = f"""\
from seeknal.pipeline import transform

SCHEMA = {SCHEMA}


@transform(schema=SCHEMA)
def amounts(ctx):
    rows = ctx.ref("source.orders")
    return rows[["customer_id", "amount"]].astype({{"amount": float}})
"""


def test_apply_shows_columns_that_vanish_and_what_is_stale_below(shop: Path) -> None:
    Path("amounts.py").write_text(DECLARED)
    seeknal("apply", "amounts.py")
    Path("seeknal/transforms/below.yml").write_text(
        "kind: transform\nname: below\ninputs: [{ref: transform.amounts}]\n"
        "transform: SELECT * FROM ref('transform.amounts')\n"
    )
    seeknal("run")
    Path("amounts.py").write_text(
        DECLARED.replace(', {"name": "amount", "data_type": "double"}', "").replace(
            '[["customer_id", "amount"]].astype({"amount": float})', '[["customer_id"]]'
        )
    )
    said = seeknal("apply", "amounts.py", "--force").output.splitlines()
    assert said[2].split("  ")[0] == "transform.amounts"
    assert "function changed" in said[2] and "-amount" in said[2] and "runs: " in said[2]
    assert said[3].startswith("transform.below") and "-amount" in said[3]
    assert said[3].endswith("runs: input transform.amounts changed")
    assert said[4] == "1 node below run again where the rows have changed"


def test_apply_refuses_a_column_that_vanishes_under_a_node(shop: Path) -> None:
    Path("amounts.py").write_text(DECLARED)
    seeknal("apply", "amounts.py")
    Path("seeknal/transforms/below.yml").write_text(
        "kind: transform\nname: below\ninputs: [{ref: transform.amounts}]\n"
        "transform: SELECT amount FROM ref('transform.amounts')\n"
    )
    Path("amounts.py").write_text(
        DECLARED.replace(', {"name": "amount", "data_type": "double"}', "")
    )
    before = contents(shop)
    said = seeknal("apply", "amounts.py", "--force", code=1).stderr
    assert "seeknal/transforms/below.yml:4" in said and "error[unknown-column]" in said
    assert contents(shop) == before


def test_a_node_that_leaves_with_the_file_that_is_replaced_is_said(shop: Path) -> None:
    other = NOTED + "\n\n@transform()\ndef other(ctx):\n    return ctx.ref('source.orders')\n"
    Path("noted.py").write_text(other)
    seeknal("apply", "noted.py")
    Path("noted.py").write_text(NOTED)
    found = json.loads(seeknal("apply", "noted.py", "--force", "--json").stdout)
    assert [(c["id"], c["function"]) for c in found["changes"]] == [
        ("transform.noted", "same"),
        ("transform.other", "gone"),
    ]


def test_a_draft_in_yaml_reads_what_a_function_has_published(shop: Path) -> None:
    Path("noted.py").write_text(NOTED)
    seeknal("apply", "noted.py")
    Path("below.yml").write_text(
        "kind: transform\nname: below\ninputs: [{ref: transform.noted}]\n"
        "transform: SELECT order_id FROM ref('transform.noted')\n"
    )
    said = seeknal("dry-run", "below.yml", code=1).stderr
    assert "error[unknown-columns]" in said and "`seeknal run --nodes noted`" in said
    # Without the columns it can go in: the run learns them.
    assert "known once it has run" in seeknal("apply", "below.yml").output
    seeknal("run")
    found = json.loads(seeknal("dry-run", "seeknal/transforms/below.yml", "--json").stdout)
    assert (found["total"], found["rows"]) == (2, [{"order_id": 1}, {"order_id": 2}])


def test_a_file_without_a_node_is_no_draft(shop: Path) -> None:
    Path("empty.py").write_text("x = 1\n")
    for command in ("dry-run", "apply"):
        assert (
            "error[empty-file]: the file defines no node"
            in seeknal(command, "empty.py", code=1).stderr
        )
    Path("broken.py").write_text("def f(:\n")
    assert "broken.py:1:7: error[python-syntax]" in seeknal("dry-run", "broken.py", code=1).stderr

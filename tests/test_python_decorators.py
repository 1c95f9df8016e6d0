"""Decorators are specs: the same as YAML's, through the same checks and the same compiler."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from seeknal.compiler.build import Options, compile_project
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import SqlText, Text
from seeknal.compiler.project import load_project
from tests.cases import RUN_DATE
from tests.python_projects import IMPORTS, Shop, shop


@pytest.fixture
def project(tmp_path: Path) -> Shop:
    return shop(tmp_path)


# -- the same spec as YAML -------------------------------------------------------------------


def without_places(value: Any) -> Any:
    """A spec with nothing in it of where it was written."""
    match value:
        case Place():
            return None
        case SqlText():
            return value.value
        case Text():
            return value.value
        case tuple() | list():
            return [without_places(item) for item in value]
        case dict():
            return {key: without_places(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value):
        return {
            field.name: without_places(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.name != "param_places"
        }
    return value


names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: name not in {"kind", "name", "orders"}
)
words = st.text(st.characters(categories=["L", "N", "P", "Zs", "S"]), max_size=12)
notes = st.fixed_dictionaries(
    {},
    optional={
        "owner": words.filter(bool),
        "tags": st.lists(st.from_regex(r"[a-z]{1,5}", fullmatch=True), max_size=3, unique=True),
        "description": words.map(str.strip).filter(bool),
    },
)
windows = st.lists(st.integers(0, 30), min_size=2, max_size=2).map(sorted)
aggregations = st.lists(st.sampled_from(["sum", "count", "mean", "max"]), min_size=1, unique=True)
days_features = st.fixed_dictionaries(
    {"source_feature": st.just("amount"), "basic": aggregations, "window": windows}
)


@st.composite
def second_orders(draw: st.DrawFn) -> dict[str, Any]:
    found = draw(
        st.lists(days_features, min_size=1, max_size=4, unique_by=lambda f: str(f["window"]))
    )
    if draw(st.booleans()):
        found[0].pop("window")
    features = {f"f{i}": feature for i, feature in enumerate(found)}
    return {
        "kind": "second_order_aggregation",
        "name": draw(names),
        **draw(notes),
        "id_col": "customer_id",
        "feature_date_col": "order_date",
        "application_date_col": "applied",
        "features": features,
    }


@st.composite
def transforms(draw: st.DrawFn) -> dict[str, Any]:
    sql = draw(
        st.sampled_from(
            [
                "SELECT * FROM source.orders",
                "SELECT customer_id,\n  SUM(amount) AS total\nFROM input_0\nGROUP BY customer_id",
                "SELECT order_id, 'it''s' AS \"größe\" FROM ref('source.orders')",
                "SELECT amount * {{ factor }} AS scaled FROM __THIS__",
            ]
        )
    )
    params = {"params": {"factor": draw(st.integers(1, 9))}} if "factor" in sql else {}
    return {
        "kind": "transform",
        "name": draw(names),
        **draw(notes),
        "inputs": [{"ref": "source.orders"}],
        "transform": sql,
        **params,
    }


@st.composite
def event_groups(draw: st.DrawFn) -> dict[str, Any]:
    measure = st.fixed_dictionaries(
        {
            "agg": st.sampled_from(["sum", "max", "count"]),
            "column": st.just("amount"),
            "window": st.sampled_from(["7d", "12h", "lifetime"]),
        }
    )
    found = draw(st.lists(measure, min_size=1, max_size=3))
    return {
        "kind": "feature_group",
        "name": draw(names),
        **draw(notes),
        "entity": draw(st.sampled_from(["customer", {"name": "c", "join_keys": ["customer_id"]}])),
        "inputs": [{"ref": "source.orders"}],
        "event_time": "order_date",
        "features": {f"f{i}": item for i, item in enumerate(found)},
    }


def as_python(spec: dict[str, Any], style: int) -> str:
    """The same node as a decorated function, spelt one way or another."""
    given_ = {key: value for key, value in spec.items() if key != "kind"}
    name = given_.pop("name")
    body, function = "    pass", name
    if style % 2:
        function = f"make_{name}"
        given_["name"] = name
    if style // 2 % 2 and "description" in given_ and '"' not in given_["description"]:
        text = given_.pop("description")
        body = f"    {text!r}" if "\\" not in repr(text) else body
        if body == "    pass":
            given_["description"] = text
    if "transform" in given_:
        given_["sql"] = given_.pop("transform")
    if style // 4 % 2 and "inputs" in given_:
        given_["inputs"] = [item["ref"] for item in given_["inputs"]]
    if "params" in given_ and style % 3:
        given_ |= given_.pop("params")
    arguments = ", ".join(f"{key}={value!r}" for key, value in given_.items())
    return f"{IMPORTS}\n\n@{spec['kind']}({arguments})\ndef {function}(ctx):\n{body}\n"


def made_of(root: Path) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """The documents and specs of a project, without places, and its SQL, but for names of files."""
    project = load_project(root, Findings())
    compilation = compile_project(root, Options(run_date=RUN_DATE))
    sql = {id: found.sql.split("\n", 1)[1] for id, found in compilation.artifacts.items()}
    documents = {id: document.data for id, document in project.documents.items()}
    return documents, {id: without_places(spec) for id, spec in project.specs.items()}, sql


@settings(max_examples=30, deadline=None)
@given(st.one_of(transforms(), event_groups()), st.integers(0, 11))
def test_python_and_yaml_give_one_document_one_spec_and_one_sql(
    tmp_path_factory: pytest.TempPathFactory, spec: dict[str, Any], style: int
) -> None:
    found = []
    folder = tmp_path_factory.mktemp("equal")
    for suffix, text in (
        ("yml", yaml.safe_dump(spec, allow_unicode=True, sort_keys=False)),
        ("py", as_python(spec, style)),
    ):
        made = shop(folder / suffix)
        (made.root / "seeknal" / f"node.{suffix}").write_text(text, "utf-8")
        found.append(made_of(made.root))
    assert found[0] == found[1]


RETURNED = """\
    kind: source
    name: returned
    source: csv
    table: data/returned.csv
    schema:
      - {name: customer_id, data_type: string}
      - {name: order_date, data_type: date}
      - {name: applied, data_type: date}
      - {name: amount, data_type: double}
"""


@settings(max_examples=20, deadline=None)
@given(second_orders(), st.integers(0, 3))
def test_the_engine_of_a_second_order_aggregation_is_the_compiled_sql(
    tmp_path_factory: pytest.TempPathFactory, spec: dict[str, Any], style: int
) -> None:
    made = shop(tmp_path_factory.mktemp("soa"))
    made.write("seeknal/returned.yml", RETURNED)
    written = {**spec, "name": f"{spec['name']}_y", "source": "source.returned"}
    made.write("seeknal/y.yml", yaml.safe_dump(written, allow_unicode=True, sort_keys=False))
    schema = [
        {"name": name, "data_type": type_}
        for name, type_ in (
            ("customer_id", "string"),
            ("order_date", "date"),
            ("applied", "date"),
            ("amount", "double"),
        )
    ]
    # Not said in the SQL: the names of the node and of what it reads, and its description.
    made.write("seeknal/p.py", as_python({**spec, "schema": schema}, style))
    artifacts = made.compiled().artifacts
    texts = [
        artifacts[f"second_order_aggregation.{name}"].sql.split("\n", 1)[1]
        for name in (written["name"], spec["name"])
    ]
    own = f"returned_by_second_order_aggregation_{spec['name']}"
    assert texts[0] == texts[1].replace(own, "source_returned")


# -- the same checks -------------------------------------------------------------------------


def test_a_mistake_in_a_decorator_is_said_as_in_yaml(project: Shop) -> None:
    project.python(
        """
        @transform(inputs=["source.orders"], tag=["x"], timeout="soon", output="no")
        def clean(ctx):
            return ctx.ref("source.orders")

        @second_order_aggregation(
            name="trend", id_col="customer id", feature_date_col="order_date",
            application_date_col="applied", features={"amount": {"basik": ["sum"]}},
        )
        def trend(ctx):
            return ctx.ref("source.orders")
        """
    )
    found = [(f.code, f.place.line) for f in project.findings() if f.place]
    assert sorted(found) == [
        ("bad-duration", 5),
        ("bad-name", 10),
        ("unknown-key", 11),
        ("wrong-type", 5),
    ]
    # A keyword that is no key of the spec is a parameter, as in existing projects.
    assert not any("tag" in f.message for f in project.findings() if f.code == "unknown-key")


def test_two_definitions_of_one_id_show_both_places(project: Shop) -> None:
    project.python('@transform(inputs=["source.orders"])\ndef clean(ctx): ...\n')
    project.write(
        "seeknal/clean.yml",
        "kind: transform\nname: clean\ninputs: [{ref: source.orders}]\n"
        "transform: SELECT * FROM source.orders\n",
    )
    [found] = project.findings()
    assert found.code == "duplicate-node"
    places = {place.file for place in (found.place, *(p for p, _ in found.related)) if place}
    assert places == {"seeknal/nodes.py", "seeknal/clean.yml"}


def test_two_nodes_of_one_id_in_one_file(project: Shop) -> None:
    project.python(
        """
        @transform(name="clean")
        def one(ctx): ...

        @transform(name="clean")
        def two(ctx): ...
        """
    )
    [found] = project.findings()
    assert found.message == "the file defines `transform.clean` twice"
    assert found.place and found.related
    assert (found.place.line, found.related[0][0].line) == (8, 5)


@pytest.mark.parametrize("spelling", ["import", "as", "from", "bare"])
def test_every_way_to_import_the_decorators(project: Shop, spelling: str) -> None:
    head, decorator = {
        "import": ("import seeknal.pipeline", "seeknal.pipeline.transform"),
        "as": ("import seeknal.pipeline as sp", "sp.transform"),
        "from": ("from seeknal import pipeline", "pipeline.transform"),
        "bare": ("from seeknal.pipeline.decorators import transform as node", "node"),
    }[spelling]
    project.write(
        "seeknal/nodes.py",
        f"{head}\n\n\n@{decorator}\ndef clean(ctx):\n    return ctx.ref('source.orders')\n",
    )
    assert project.ok().statuses == {"source.orders": "success", "transform.clean": "success"}


def test_a_file_without_decorators_is_no_node_and_is_not_checked(project: Shop) -> None:
    project.write("seeknal/helpers.py", "X: int = 1\n\n\ndef transform(f):\n    return f\n")
    project.write("seeknal/_draft.py", "this is no python")
    project.write("seeknal/templates/t.py", "nor is this")
    assert project.findings() == []
    assert set(load_project(project.root, Findings()).specs) == {"source.orders"}


def test_a_decorated_function_can_be_called_and_is_registered() -> None:
    from seeknal import pipeline

    pipeline.clear_registry()

    @pipeline.materialize(type="postgresql", table="a.b.c")
    @pipeline.transform(inputs=["source.orders"], weight=2)
    def scored(ctx: Any) -> str:
        return f"called with {ctx}"

    assert scored("ctx") == "called with ctx"
    node = pipeline.get_registered_nodes()["transform.scored"]
    assert (node.function, node.spec["weight"]) == (scored, 2)
    assert [table["table"] for table in node.materializations] == ["a.b.c"]
    pipeline.clear_registry()
    assert pipeline.get_registered_nodes() == {}

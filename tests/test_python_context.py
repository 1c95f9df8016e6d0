"""`ctx`: what a function reads of the run, in which kind of frame, and what it keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seeknal.pipeline import FeatureFrame, PipelineContext, PipelineLLM, PipelineState
from seeknal.runtime.python.call import Call
from seeknal.runtime.python.errors import PythonFailed
from tests.python_projects import Shop, shop

ROWS = 200_000


@pytest.fixture
def project(tmp_path: Path) -> Shop:
    return shop(tmp_path)


def numbers(path: Path) -> Path:
    table = pa.table({"id": range(ROWS), "value": [float(n) for n in range(ROWS)]})
    if path.suffix == ".arrow":
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
    else:
        pq.write_table(table, path)
    return path


@pytest.fixture(params=[".parquet", ".arrow"])
def ctx(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[PipelineContext]:
    """The context of a node with one input: parquet in this process, Arrow in another."""
    with closing(
        PipelineContext(
            Call(
                node_id="transform.scored",
                file=tmp_path / "nodes.py",
                function="scored",
                root=tmp_path,
                target=tmp_path / "target",
                inputs={"source.numbers": numbers(tmp_path / f"numbers{request.param}")},
            )
        )
    ) as found:
        yield found


# -- ref -------------------------------------------------------------------------------------


def test_ref_gives_the_kind_of_frame_that_is_asked_for(ctx: PipelineContext) -> None:
    kinds = {as_: type(ctx.ref("source.numbers", as_)) for as_ in (None, "pandas", "polars")}
    assert {as_: f"{t.__module__.partition('.')[0]}.{t.__name__}" for as_, t in kinds.items()} == {
        None: "pandas.DataFrame",
        "pandas": "pandas.DataFrame",
        "polars": "polars.DataFrame",
    }
    assert isinstance(ctx.ref("source.numbers", as_="arrow"), pa.Table)
    relation = ctx.ref("source.numbers", as_="duckdb")
    assert relation.aggregate("COUNT(*), SUM(id)").fetchall() == [(ROWS, ROWS * (ROWS - 1) // 2)]
    shapes = {ctx.ref("source.numbers", as_).shape for as_ in ("pandas", "polars", "arrow")}
    assert shapes == {(ROWS, 2)}


def test_an_unknown_kind_of_frame_is_said(ctx: PipelineContext) -> None:
    with pytest.raises(PythonFailed, match="there are no frames of `spark`") as caught:
        ctx.ref("source.numbers", as_="spark")
    assert caught.value.code == "wrong-value"


def addresses(column: Any) -> set[int]:
    """Where the values of an Arrow column, of 8 bytes each, begin in memory."""
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return {chunk.buffers()[1].address + 8 * chunk.offset for chunk in chunks}


def test_polars_reads_the_memory_of_arrow(
    ctx: PipelineContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seeknal.runtime.python import frames

    table = ctx.ref("source.numbers", as_="arrow")
    monkeypatch.setattr(frames, "read_arrow", lambda path: table)
    frame = ctx.ref("source.numbers", as_="polars")
    for name in ("id", "value"):
        chunks = frame[name].get_chunks()
        assert set().union(*(addresses(c.to_arrow()) for c in chunks)) == addresses(table[name])


def test_an_arrow_file_is_mapped_and_not_read(tmp_path: Path) -> None:
    from seeknal.runtime.python.frames import read_arrow

    path = numbers(tmp_path / "numbers.arrow")
    before = pa.total_allocated_bytes()
    table = read_arrow(path)
    assert table.nbytes > 3_000_000
    assert pa.total_allocated_bytes() - before < 10_000
    assert table["id"][ROWS - 1].as_py() == ROWS - 1


def test_a_relation_reads_nothing_before_it_is_used(tmp_path: Path) -> None:
    with closing(
        PipelineContext(
            Call(
                node_id="transform.scored",
                file=tmp_path / "nodes.py",
                function="scored",
                root=tmp_path,
                target=tmp_path / "target",
                inputs={"source.numbers": numbers(tmp_path / "numbers.parquet")},
            )
        )
    ) as ctx:
        before = pa.total_allocated_bytes()
        relation = ctx.ref("source.numbers", as_="duckdb")
        assert pa.total_allocated_bytes() - before < 10_000
        assert relation.filter("id = 7").fetchall() == [(7, 7.0)]


def test_what_was_returned_from_arrow_or_polars_is_not_copied() -> None:
    import polars as pl

    from seeknal.runtime.python.frames import to_arrow

    table = pa.table({"id": range(1000)})
    assert to_arrow(table) is table
    frame = pl.DataFrame({"id": range(1000)})
    assert addresses(to_arrow(frame)["id"]) == addresses(frame["id"].to_arrow())


def test_a_frame_may_be_changed_and_its_input_stays(project: Shop) -> None:
    project.python(
        """
        @transform
        def doubled(ctx):
            orders = ctx.ref("source.orders")
            orders["amount"] *= 2
            orders.loc[0, "customer_id"] = "z"
            orders["added"] = orders.pop("order_date")
            again = ctx.ref("source.orders")
            assert again["customer_id"].tolist() == ["a", "a", "b", "b"]
            return orders

        @transform
        def other(ctx):
            return ctx.ref("source.orders")
        """
    )
    project.ok()
    # 40 + 25.5 + 120 + 80
    assert project.rows("transform.doubled", "SUM(amount)") == [(531.0,)]
    assert project.rows("transform.other", "SUM(amount), COUNT(*)") == [(265.5, 4)]
    assert project.rows("source.orders", "SUM(amount), MIN(customer_id)") == [(265.5, "a")]
    assert project.ok().statuses["source.orders"] == "cached"


GROUP = """\
    kind: feature_group
    name: profile
    entity: customer
    inputs: [{ref: source.orders}]
    event_time: order_date
    transform: SELECT customer_id, order_date, amount FROM input_0
"""


def test_ref_gives_a_feature_frame_of_a_feature_group(project: Shop) -> None:
    project.write("seeknal/profile.yml", GROUP)
    project.python(
        """
        from seeknal.pipeline import FeatureFrame

        @feature_group(entity="customer", event_time="at", inputs=["source.orders"])
        def from_python(ctx):
            orders = ctx.ref("source.orders")
            assert not isinstance(orders, FeatureFrame)
            return orders.rename(columns={"order_date": "at"})[["customer_id", "at", "amount"]]

        @transform
        def both(ctx):
            import pandas as pd

            yaml, python = ctx.ref("feature_group.profile"), ctx.ref("feature_group.from_python")
            found = [
                (f.entity_name, ",".join(f.join_keys), f.event_time_col) for f in (yaml, python)
            ]
            assert not isinstance(ctx.ref("feature_group.profile", as_="pandas"), FeatureFrame)
            return pd.DataFrame(found, columns=["entity", "keys", "time"])
        """
    )
    project.ok()
    assert project.rows("transform.both") == [
        ("customer", "customer_id", "at"),
        ("customer", "customer_id", "order_date"),
    ]
    sidecar = project.root / "target/intermediate/feature_group_from_python_meta.json"
    assert json.loads(sidecar.read_text()) == {
        "entity_name": "customer",
        "join_keys": ["customer_id"],
        "event_time_col": "at",
    }


def test_a_group_whose_event_time_is_no_column_is_still_a_frame(project: Shop) -> None:
    project.write("seeknal/profile.yml", GROUP.replace("    event_time: order_date\n", ""))
    project.python(
        """
        @transform
        def same(ctx):
            frame = ctx.ref("feature_group.profile")
            assert frame.event_time_col is None
            return frame
        """
    )
    project.ok()
    assert len(project.rows("transform.same")) == 4


# -- duckdb ----------------------------------------------------------------------------------


def test_duckdb_sees_inputs_and_variables(project: Shop) -> None:
    project.write("seeknal/profile.yml", GROUP)
    project.python(
        """
        import polars as pl

        @transform(inputs=["source.orders", "feature_group.profile"])
        def joined(ctx):
            weights = ctx.ref("source.orders")[["customer_id"]].drop_duplicates()
            weights["weight"] = 2
            profile = ctx.ref("feature_group.profile")
            names = pl.DataFrame({"customer_id": ["a", "b"], "name": ["Ay", "Be"]})
            arrow = ctx.ref("source.orders", as_="arrow")
            return ctx.duckdb.sql(
                "SELECT name, SUM(o.amount * weight) AS amount FROM source_orders AS o "
                "JOIN weights USING (customer_id) JOIN names USING (customer_id) "
                "JOIN profile USING (customer_id, order_date) "
                "JOIN arrow AS a ON a.order_id = o.order_id "
                "JOIN feature_group_profile USING (customer_id, order_date) GROUP BY name"
            )
        """
    )
    project.ok()
    assert project.rows("transform.joined") == [("Ay", 131.0), ("Be", 400.0)]


def test_duckdb_is_in_utc(project: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    project.python(
        """
        @transform(inputs=["source.orders"])
        def zone(ctx):
            return ctx.duckdb.sql("SELECT current_setting('TimeZone') AS zone")
        """
    )
    project.ok()
    assert project.rows("transform.zone") == [("UTC",)]


# -- the run ---------------------------------------------------------------------------------


def test_parameters_of_the_run_reach_every_node(project: Shop) -> None:
    """The existing tool gives a function the parameters of its decorator alone."""
    project.python(
        """
        import datetime, os
        import pandas as pd

        @transform(weight="{{ factor }}", day="{{ run_date }}")
        def shown(ctx):
            return pd.DataFrame([{
                "factor": str(ctx.params["factor"]),
                "weight": str(ctx.params["weight"]),
                "day": str(ctx.params["day"]),
                "run_date": str(ctx.params["run_date"]),
                "missing": ctx.get_param("missing", "none"),
                "variable": os.environ["SEEKNAL_PARAM_FACTOR"],
                "root": os.environ["SEEKNAL_PROJECT_PATH"],
            }])
        """
    )
    project.ok("--params", '{"factor": 3}')
    root = str(project.root)
    assert project.rows("transform.shown") == [
        ("3", "3", "2026-01-31", "2026-01-31", "none", "3", root)
    ]


def test_what_a_context_says_of_its_node(project: Shop) -> None:
    project.write("seeknal_project.yml", "name: fruit\nversion: 1.0.0\n")
    project.python(
        """
        import json

        @transform(inputs=["source.orders"], owner="growth", tags=["daily"], output=False)
        def scored(ctx):
            (ctx.target_dir / "said.json").write_text(json.dumps({
                "id": ctx.node_id, "kind": ctx.node_kind, "root": str(ctx.project_path),
                "target": str(ctx.target_dir), "owner": ctx.node_meta["owner"],
                "tags": ctx.node_meta["tags"], "project": ctx.config["name"],
                "digests": sorted(ctx.node_meta["digests"]),
            }))
        """
    )
    project.ok()
    assert json.loads((project.root / "target" / "said.json").read_text()) == {
        "id": "transform.scored",
        "kind": "transform",
        "root": str(project.root),
        "target": str(project.root / "target"),
        "owner": "growth",
        "tags": ["daily"],
        "project": "fruit",
        "digests": ["code", "data", "data_sql", "sql"],
    }


def test_state_is_kept_where_the_node_succeeds(project: Shop) -> None:
    project.python(
        """
        @transform
        def counted(ctx):
            ctx.state.set("runs", ctx.state.get("runs", 0) + 1)
            if ctx.get_param("broken"):
                raise ValueError("broken")
            if ctx.get_param("odd"):
                return ctx.ref("source.orders")["amount"]
            if ctx.get_param("unfit"):
                return ctx.ref("source.orders")
            return ctx.ref("source.orders").assign(run=ctx.state.get("runs"))
        """.replace("@transform", "@transform(schema=SCHEMA)")
    )
    path = project.root / "seeknal" / "nodes.py"
    types = "int64 string timestamp double int64".split()
    names = dict(zip("order_id customer_id order_date amount run".split(), types, strict=True))
    schema = [{"name": name, "data_type": type_} for name, type_ in names.items()]
    path.write_text(f"SCHEMA = {schema}\n{path.read_text()}")
    file = project.root / "target" / "pipeline_state" / "transform_counted.json"
    project.ok("--full")
    assert json.loads(file.read_text()) == {"runs": 1}
    for wrong in ("broken", "odd", "unfit"):
        ran = project.run("--full", "--params", f'{{"{wrong}": true}}')
        assert ran.statuses["transform.counted"] == "failed"
        assert json.loads(file.read_text()) == {"runs": 1}, wrong
    project.ok("--full")
    assert project.rows("transform.counted", "MAX(run)") == [(2,)]
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_state_is_plain_data_by_key(tmp_path: Path) -> None:
    state = PipelineState(tmp_path, "transform.x")
    state.set("b", {"c": None})
    state.set("a", [1])
    state.delete("a")
    with pytest.raises(TypeError):
        state.set("frame", object())
    state.save()
    again = PipelineState(tmp_path, "transform.x")
    assert (again.get("b"), again.get("a", 5)) == ({"c": None}, 5)


def test_a_language_model_is_a_function_of_the_project(project: Shop) -> None:
    project.write("seeknal_project.yml", "name: fruit\nllm: models.py:ask\n")
    project.write("models.py", "def ask(prompt):\n    return '{\"said\": \"' + prompt + '\"}'\n")
    project.python(
        """
        import pandas as pd

        @transform
        def said(ctx):
            answer = ctx.llm.generate_json("hello")
            return pd.DataFrame([{**answer, "text": ctx.llm.generate_text("x")}])
        """
    )
    project.ok()
    assert project.rows("transform.said") == [("hello", '{"said": "x"}')]
    with pytest.raises(ValueError, match="no JSON"):
        PipelineLLM(lambda prompt: "maybe").generate_json("hello")


def test_results_can_be_read_outside_of_a_run(project: Shop) -> None:
    project.write("seeknal/profile.yml", GROUP)
    project.ok()
    with closing(PipelineContext.open(project.root)) as ctx:
        assert len(ctx.ref("source.orders")) == 4
        assert isinstance(ctx.ref("feature_group.profile"), FeatureFrame)
        spine = ctx.ref("source.orders")[["customer_id", "order_date"]]
        found = ctx.features("customer", ["profile.amount"], spine=spine, date_col="order_date")
        assert found["profile__amount"].tolist() == [40.0, 25.5, 120.0, 80.0]

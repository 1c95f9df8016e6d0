"""Which nodes a function reads: what it writes out is an edge, and what runs before what."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.python_projects import Shop, shop


@pytest.fixture
def project(tmp_path: Path) -> Shop:
    return shop(tmp_path)


SPEND = """\
    kind: feature_group
    name: spend
    entity: customer
    inputs: [{ref: source.orders}]
    event_time: order_date
    features:
      spent: {agg: sum, column: amount, window: 7d}
"""


def upstream(project: Shop, id: str) -> set[str]:
    return set(project.compiled().upstream[id])


@pytest.mark.parametrize(
    "body",
    [
        'ctx.ref("source.orders")',
        "ctx.ref(node='source.orders')",
        'ctx.ref("source.orders", as_="arrow")',
        "[ctx.ref('source.orders') for _ in range(1)][0]",
        "helper(ctx)",
        "(lambda: ctx.ref('source.orders'))()",
    ],
)
def test_a_literal_ref_is_an_edge(project: Shop, body: str) -> None:
    project.python(
        f"""
        def helper(ctx):
            return ctx.ref("source.orders")

        @transform
        def clean(ctx):
            return {body}
        """
    )
    assert upstream(project, "transform.clean") == {"source.orders"}
    assert project.ok().statuses["transform.clean"] == "success"


def test_the_context_may_have_any_name(project: Shop) -> None:
    project.python('@transform\ndef clean(c):\n    return c.ref("source.orders")\n')
    assert upstream(project, "transform.clean") == {"source.orders"}


@pytest.mark.parametrize(
    "inputs",
    [
        '["source.orders"]',
        '"source.orders"',
        '("source.orders",)',
        '[{"ref": "source.orders"}]',
        '{"o": "source.orders"}',
        "UPSTREAM",
    ],
)
def test_inputs_are_edges(project: Shop, inputs: str) -> None:
    project.python(
        f"""
        UPSTREAM = ["source.orders"]

        @transform(inputs={inputs})
        def clean(ctx):
            return ctx.duckdb.sql("SELECT COUNT(*) AS n FROM source_orders")
        """
    )
    assert upstream(project, "transform.clean") == {"source.orders"}
    project.ok()
    assert project.rows("transform.clean") == [(4,)]


def test_features_and_entities_are_edges(project: Shop) -> None:
    """The existing tool makes no edge of `ctx.features` and `ctx.entity`."""
    project.write("seeknal/spend.yml", SPEND)
    project.python(
        """
        @transform
        def some(ctx):
            return ctx.features("customer", ["spend.spent"])

        @transform
        def all(ctx):
            return ctx.entity("customer")
        """
    )
    assert upstream(project, "transform.some") == {"feature_group.spend"}
    assert upstream(project, "transform.all") == {"feature_group.spend"}
    assert project.ok().statuses["transform.all"] == "success"


def test_an_edge_to_no_node_is_an_error_at_its_line(project: Shop) -> None:
    """The existing tool keeps such an edge and says nothing."""
    project.python(
        """
        @transform(inputs=["source.order"])
        def clean(ctx):
            return ctx.ref("source.ordrs")
        """
    )
    found = {(f.code, f.place.line, f.help) for f in project.findings() if f.place and f.code}
    assert found == {
        ("unknown-node", 5, "did you mean `source.orders`?"),
        ("unknown-node", 7, "did you mean `source.orders`?"),
    }


def test_nodes_that_read_each_other_are_a_cycle(project: Shop) -> None:
    project.python(
        """
        @transform
        def one(ctx):
            return ctx.ref("transform.two")

        @transform
        def two(ctx):
            return ctx.ref("transform.one")
        """
    )
    assert [f.code for f in project.findings()] == ["cycle"]


def test_what_is_not_written_out_cannot_be_read(project: Shop) -> None:
    project.python(
        """
        @transform
        def clean(ctx):
            return ctx.ref("source." + "orders")
        """
    )
    error = project.run().error("transform.clean")
    assert error["code"] == "not-an-input"
    assert "ctx.ref('source.orders')" in error["help"]


def test_yaml_and_python_read_each_other_in_order(project: Shop) -> None:
    """A function runs after the SQL that it reads is published, and before what reads it."""
    project.write(
        "seeknal/paid.yml",
        """
        kind: transform
        name: paid
        inputs: [{ref: source.orders}]
        transform: SELECT *, amount * 2 AS twice FROM source.orders
        """,
    )
    project.python(
        """
        @transform(name="a_scored")
        def score(ctx):
            assert (ctx.target_dir / "intermediate" / "transform_paid.parquet").exists()
            frame = ctx.ref("transform.paid")
            return frame.assign(score=frame.twice + 1)[["order_id", "score"]]
        """
    )
    project.write(
        "seeknal/a_last.yml",
        """
        kind: transform
        name: a_last
        inputs: [{ref: transform.a_scored}]
        transform: SELECT SUM(score) AS total FROM transform.a_scored
        """,
    )
    assert list(project.ok().statuses) == [
        "source.orders",
        "transform.paid",
        "transform.a_scored",
        "transform.a_last",
    ]
    # (40 + 25.5 + 120 + 80) * 2 + 4
    assert project.rows("transform.a_last") == [(535.0,)]


def test_a_hook_runs_after_the_output_is_published(project: Shop) -> None:
    project.write(
        "hooks/tell.py",
        """
        def tell(ctx):
            rows = ctx.ref("transform.paid")
            published = ctx.target_dir / "intermediate" / "transform_paid.parquet"
            orders = ctx.ref("source.orders")
            print("after", ctx.node_id, len(rows), published.exists(), len(orders))
        """,
    )
    project.write(
        "seeknal/paid.yml",
        """
        kind: transform
        name: paid
        inputs: [{ref: source.orders}]
        transform: SELECT * FROM source.orders WHERE amount > 30
        post_hooks: [{python: hooks/tell.py:tell}]
        """,
    )
    assert "transform.paid | after transform.paid 3 True 4" in project.ok().stdout


def test_a_node_may_have_another_name_than_its_function(project: Shop) -> None:
    """The existing tool looks the function up by the name of the node."""
    project.python(
        """
        @transform(name="clean", inputs=["source.orders"])
        def _make_it(ctx):
            return ctx.ref("source.orders")
        """
    )
    assert project.ok().statuses["transform.clean"] == "success"


def test_a_reader_of_a_node_without_rows_is_an_error(project: Shop) -> None:
    project.python(
        """
        @transform(output=False)
        def notify(ctx):
            (ctx.target_dir / "sent").write_text(str(len(ctx.ref("source.orders"))))
        """
    )
    ran = project.ok()
    assert ran.statuses["transform.notify"] == "success"
    assert (project.root / "target" / "sent").read_text() == "4"
    assert project.ok().statuses["transform.notify"] == "cached"
    project.write(
        "seeknal/reader.yml",
        """
        kind: transform
        name: reader
        inputs: [{ref: transform.notify}]
        transform: SELECT * FROM transform.notify
        """,
    )
    [error] = [f for f in project.findings() if f.code == "unknown-columns"]
    assert error.message == "`transform.notify` has no rows to read: its function returns nothing"

"""What the existing tool does wrong with Python nodes, edges and entities: each is right here.

`BUGS` names every one of them and its test.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd  # noqa: TID253 - half of the tests are about pandas
import pytest

from seeknal.pipeline import FeatureFrame
from tests.harness import connect, query
from tests.python_projects import Shop, shop


@pytest.fixture
def project(tmp_path: Path) -> Shop:
    return shop(tmp_path)


# -- edges -----------------------------------------------------------------------------------


SOA = """\
    kind: second_order_aggregation
    name: a_trend
    id_col: customer_id
    feature_date_col: order_date
    application_date_col: applied
    source: transform.z_dated
    features: {amount: {basic: [sum]}}
"""
DATED = """\
    kind: transform
    name: z_dated
    inputs: [{ref: source.orders}]
    transform: SELECT *, DATE '2026-01-31' AS applied FROM source.orders
"""


def test_source_of_an_aggregation_is_an_edge(project: Shop) -> None:
    project.write("seeknal/trend.yml", SOA)
    project.write("seeknal/dated.yml", DATED)
    order = list(project.ok().statuses)
    assert order == ["source.orders", "transform.z_dated", "second_order_aggregation.a_trend"]


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [
        (
            "seeknal/again.yml",
            "kind: source\nname: orders\nsource: csv\ntable: x.csv\n",
            "duplicate",
        ),
        ("seeknal/bad.yml", "kind: [source\n", "yaml-syntax"),
        ("seeknal/odd.yml", "kind: sauce\nname: x\n", "unknown-kind"),
        ("seeknal/bare.yml", "name: x\n", "missing-key"),
        ("seeknal/bad.py", "def broken(:\n", "python-syntax"),
    ],
)
def test_bad_files_stop_a_run(project: Shop, file: str, text: str, code: str) -> None:
    project.write(file, text)
    ran = project.run()
    assert ran.exit_code == 1
    assert f"error[{code}" in ran.stderr
    assert ran.statuses == {}


# -- the Python API --------------------------------------------------------------------------


def test_description_is_a_description(project: Shop) -> None:
    project.python(
        """
        import pandas as pd

        @transform(description="All orders.")
        def clean(ctx):
            assert "description" not in ctx.params
            assert ctx.node_meta["description"] == "All orders."
            return ctx.ref("source.orders")
        """
    )
    project.ok()


def test_transform_with_sql_runs_the_sql(project: Shop) -> None:
    project.python(
        """
        @transform(inputs=["source.orders"], sql="SELECT COUNT(*) AS n FROM source.orders")
        def counted(ctx):
            raise AssertionError("never called")
        """
    )
    project.ok()
    assert project.rows("transform.counted") == [(4,)]


def test_python_feature_groups_are_feature_frames(project: Shop) -> None:
    project.python(
        """
        @feature_group(entity="customer", event_time="order_date")
        def last(ctx):
            return ctx.ref("source.orders")[["customer_id", "order_date", "amount"]]

        @transform
        def joined(ctx):
            spine = ctx.ref("source.orders")[["customer_id", "order_id", "order_date"]]
            spine["asked"] = spine.pop("order_date")
            return ctx.ref("feature_group.last").pit_join(spine, "asked")
        """
    )
    project.ok()
    assert project.rows("transform.joined", "order_id, amount") == [
        (1, 40.0),
        (2, 25.5),
        (3, 120.0),
        (4, 80.0),
    ]


AT = pd.to_datetime(["2026-01-01", "2026-01-03"])


def group(**columns: object) -> FeatureFrame:
    frame = pd.DataFrame({"id": ["a", "a"], "event_time": AT, "v": [1, 2], **columns})
    return FeatureFrame(frame, "customer", ["id"], "event_time")


def spine_of(*rows: tuple[object, object]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["id", "day"])
    return frame.assign(day=pd.to_datetime(frame["day"]), place=range(len(rows)))


def test_equal_spine_rows_stay_apart() -> None:
    found = group().pit_join(spine_of(("a", "2026-01-02"), ("a", "2026-01-02")), "day")
    assert found["v"].tolist() == [1, 1]
    assert found["place"].tolist() == [0, 1]


def test_spine_rows_with_nulls_stay() -> None:
    spine = spine_of((None, "2026-01-05"), (None, "2026-01-05"), ("a", None), ("a", "2026-01-05"))
    found = group().pit_join(spine, "day")
    assert found["place"].tolist() == [0, 1, 2, 3]
    assert found["v"].isna().tolist() == [True, True, True, False]


def test_a_feature_may_be_called_rn() -> None:
    found = group(rn=[7, 8]).pit_join(spine_of(("a", "2026-01-05")), "day")
    assert found["rn"].tolist() == [8]


def test_names_are_quoted() -> None:
    odd = {'a "b"': [1, 2], "select": [3, 4], "größe x": [5, 6]}
    found = group(**odd).pit_join(spine_of(("a", "2026-01-02")), "day")
    assert [found[name].tolist() for name in odd] == [[1], [3], [5]]
    named = group().to_df().rename(columns={"id": "group", "event_time": "order by"})
    frame = FeatureFrame(named, "customer", ["group"], "order by")
    spine = spine_of(("a", "2026-01-05")).rename(columns={"id": "group", "day": "limit"})
    assert frame.pit_join(spine, "limit")["v"].tolist() == [2]


def test_ties_are_decided() -> None:
    frame = pd.DataFrame({"id": "a", "event_time": AT[0], "v": [3, 9, 5]})
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        tied = FeatureFrame(frame.iloc[order], "customer", ["id"], "event_time")
        assert tied.pit_join(spine_of(("a", "2026-01-05")), "day")["v"].tolist() == [9]


def test_times_with_a_zone_compare_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        frame = group().to_df()
        frame["event_time"] = frame["event_time"].dt.tz_localize("UTC")
        zoned = FeatureFrame(frame, "customer", ["id"], "event_time")
        spine = spine_of(("a", "2026-01-02 23:59:59"), ("a", "2026-01-03 00:00:00"))
        assert zoned.pit_join(spine, "day")["v"].tolist() == [1, 2]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_order_of_the_spine_is_kept() -> None:
    spine = spine_of(("a", "2026-01-05"), ("b", "2026-01-01"), ("a", "2026-01-01")).set_index("day")
    spine = spine.reset_index()[["place", "day", "id"]]
    found = group().pit_join(spine, "day")
    assert found["place"].tolist() == [0, 1, 2]
    assert found["v"].fillna(0).tolist() == [2, 0, 1]


def test_the_materialize_of_the_tutorial_can_be_imported(project: Shop) -> None:
    project.python(
        """
        from seeknal.pipeline.materialization import materialize as into

        @into(type="postgresql", table="a.b.c")
        @transform
        def clean(ctx):
            return ctx.ref("source.orders")
        """
    )
    project.ok()


# -- entities --------------------------------------------------------------------------------


def group_yaml(name: str, sql: str, event_time: str = "event_time") -> str:
    return (
        f"    kind: feature_group\n    name: {name}\n    entity: customer\n"
        f"    inputs: [{{ref: source.orders}}]\n    event_time: {event_time}\n"
        f"    transform: {sql}\n"
    )


AGES = (
    "SELECT customer_id, MIN(order_date) AS event_time, 7 AS age FROM source GROUP BY customer_id"
)


def consolidated(project: Shop, columns: str, more: str = "") -> list[tuple[object, ...]]:
    file = project.root / "target" / "feature_store" / "customer" / "features.parquet"
    with connect() as connection:
        return query(connection, f"SELECT {columns} FROM '{file}' {more} ORDER BY ALL").rows


def test_groups_at_the_time_of_the_clock_have_values(project: Shop) -> None:
    clock = "SELECT customer_id, CURRENT_TIMESTAMP AS event_time, 1 AS v FROM source GROUP BY ALL"
    project.write("seeknal/ages.yml", group_yaml("ages", AGES))
    project.write("seeknal/fresh.yml", group_yaml("fresh", clock))
    project.ok()
    latest = "customer_id, MAX_BY(ages.age, event_time), MAX_BY(fresh.v, event_time)"
    assert consolidated(project, latest, "GROUP BY ALL") == [("a", 7, 1), ("b", 7, 1)]


def test_entities_that_one_group_lacks_are_kept(project: Shop) -> None:
    only = AGES.replace("GROUP", "WHERE order_id < 3 GROUP")
    project.write("seeknal/a_ages.yml", group_yaml("a_ages", only))
    project.write("seeknal/b_ages.yml", group_yaml("b_ages", AGES))
    project.ok()
    assert consolidated(project, "customer_id, a_ages.age, b_ages.age") == [
        ("a", 7, 7),
        ("b", None, 7),
    ]


def test_rows_of_one_time_do_not_multiply(project: Shop) -> None:
    twice = (
        "SELECT customer_id, order_date AS event_time, n FROM source, "
        "(VALUES (1), (2)) AS t(n) WHERE order_id < 3"
    )
    project.write("seeknal/one.yml", group_yaml("one", twice))
    project.write("seeknal/two.yml", group_yaml("two", twice))
    project.ok()
    assert consolidated(project, "event_time, one.n, two.n") == [
        (datetime(2026, 1, 2), 2, 2),
        (datetime(2026, 1, 9), 2, 2),
    ]


def test_an_event_time_may_have_any_name(project: Shop) -> None:
    project.write("seeknal/ages.yml", group_yaml("ages", AGES.replace("event_time", "at"), "at"))
    project.ok()
    assert consolidated(project, "customer_id, ages.age") == [("a", 7), ("b", 7)]


BUGS = """
    the source of an aggregation makes no edge
        compat.test_source_of_an_aggregation_is_an_edge
    ctx.features and ctx.entity make no edge
        edges.test_features_and_entities_are_edges
    edges to unknown nodes are kept and not reported
        edges.test_an_edge_to_no_node_is_an_error_at_its_line
    what is wrong with a file is printed by plan and not by run
        compat.test_bad_files_stop_a_run
    refs count only where function and node have one name, and the decorator has parentheses
        edges.test_a_node_may_have_another_name_than_its_function
        edges.test_a_literal_ref_is_an_edge
    name and function name must be equal
        edges.test_a_node_may_have_another_name_than_its_function
    description lands in the parameters
        compat.test_description_is_a_description
    undeclared parameters are not passed
        context.test_parameters_of_the_run_reach_every_node
    the sql of a transform is not executed
        compat.test_transform_with_sql_runs_the_sql
    the pins of a file are shadowed by the packages of seeknal
        apart.test_a_run_with_functions_apart
        isolated.test_pins_are_what_is_imported_and_nothing_leaks
    stdout is stored and not shown
        process.test_prints_come_as_they_are_made_with_the_name_in_front
    a DuckDB relation cannot be returned
        returned.test_every_kind_of_frame_is_published_alike
    None is a success without output
        returned.test_nothing_is_an_error_where_rows_are_due
    refs of Python feature groups are plain frames, without pit_join
        compat.test_python_feature_groups_are_feature_frames
    a FeatureFrame in SQL fails
        context.test_duckdb_sees_inputs_and_variables
    pit_join collapses equal spine rows
        compat.test_equal_spine_rows_stay_apart
    pit_join collapses spine rows with NULLs
        compat.test_spine_rows_with_nulls_stay
    a feature called rn empties the result of pit_join
        compat.test_a_feature_may_be_called_rn
    pit_join leaves identifiers unquoted
        compat.test_names_are_quoted
    pit_join breaks ties arbitrarily
        compat.test_ties_are_decided
    pit_join compares times in the zone of the machine
        compat.test_times_with_a_zone_compare_in_utc
    pit_join loses the order of the spine
        compat.test_the_order_of_the_spine_is_kept
    the materialize of the tutorial cannot be imported
        compat.test_the_materialize_of_the_tutorial_can_be_imported
    bodies of functions are not hashed
        changes.test_a_change_says_what_changed
    groups whose event time is the clock are NULL
        compat.test_groups_at_the_time_of_the_clock_have_values
        features.test_a_join_at_a_time_of_the_clock_is_refused
    entities that the base group lacks are lost
        compat.test_entities_that_one_group_lacks_are_kept
    rows of equal keys and times fan out
        compat.test_rows_of_one_time_do_not_multiply
    the event time must be called event_time
        compat.test_an_event_time_may_have_any_name
    what runs below a failed node is a success on stale rows
        failures.test_a_function_that_raises_fails_its_node_at_its_line
"""


def test_every_bug_has_a_test() -> None:
    tests = Path(__file__).parent
    bug, named = "", {}
    for line in BUGS.strip("\n").splitlines():
        if line.startswith(" " * 8):
            named.setdefault(bug, []).append(line.strip())
        else:
            bug = line.strip()
            named[bug] = []
    for bug, found in named.items():
        assert found, bug
        for name in found:
            module, _, test = name.partition(".")
            text = (tests / f"test_python_{module}.py").read_text("utf-8")
            assert f"\ndef {test}(" in text, name
    own = {f"compat.{n}" for n in globals() if n.startswith("test_") and "every_bug" not in n}
    assert own <= {name for found in named.values() for name in found}

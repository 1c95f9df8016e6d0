"""Columns that only a run tells: they are learned, kept, and what reads them is planned anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.python_projects import Shop, shop


@pytest.fixture
def project(tmp_path: Path) -> Shop:
    return shop(tmp_path)


CLEAN = """
@transform
def clean(ctx):
    return ctx.ref("source.orders")[{columns}]
"""
ALL = '["order_id", "customer_id", "amount"]'
TOTALS = """
    kind: transform
    name: totals
    inputs: [{ref: transform.clean}]
    transform: SELECT customer_id, SUM(amount) AS total FROM transform.clean GROUP BY customer_id
"""
STAR = """
    kind: transform
    name: star
    inputs: [{ref: transform.clean}]
    transform: SELECT * FROM transform.clean
"""


def lock(project: Shop) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = json.loads((project.root / "seeknal.lock").read_text())[
        "functions"
    ]
    return found


def test_the_first_run_learns_columns_and_runs_what_reads_them(project: Shop) -> None:
    project.python(CLEAN.format(columns=ALL))
    project.write("seeknal/totals.yml", TOTALS)
    assert [f.code for f in project.findings()] == ["unknown-columns"]
    assert set(project.ok().statuses.values()) == {"success"}
    assert project.rows("transform.totals") == [("a", 65.5), ("b", 200.0)]
    assert lock(project)["transform.clean"] == [
        ["order_id", "BIGINT"],
        ["customer_id", "VARCHAR"],
        ["amount", "DOUBLE"],
    ]
    assert project.findings() == []
    assert "FROM transform_clean" in project.compiled(wait=False).artifacts["transform.totals"].sql
    assert set(project.ok().statuses.values()) == {"cached"}


def test_a_lock_is_enough_to_compile_without_a_run(project: Shop, tmp_path: Path) -> None:
    project.python(CLEAN.format(columns=ALL))
    project.write("seeknal/totals.yml", TOTALS)
    project.ok()
    other = shop(tmp_path / "other")
    for file in ("seeknal/nodes.py", "seeknal/totals.yml", "seeknal.lock"):
        other.write(file, (project.root / file).read_text())
    texts = [p.compiled(wait=False).artifacts["transform.totals"].sql for p in (project, other)]
    assert texts[0] == texts[1]


def test_a_schema_needs_no_run(project: Shop) -> None:
    project.python(
        """
        @transform(schema=[
            {"name": "customer_id", "data_type": "string"},
            {"name": "amount", "data_type": "double"},
        ])
        def clean(ctx):
            return ctx.ref("source.orders")[["amount", "customer_id"]]
        """
    )
    project.write("seeknal/totals.yml", TOTALS)
    assert project.findings() == []
    project.ok()
    assert list(project.types("transform.clean")) == ["customer_id", "amount"]
    assert not (project.root / "seeknal.lock").exists()


def test_other_columns_than_last_time_reach_what_reads_them(project: Shop) -> None:
    project.python(CLEAN.format(columns=ALL))
    project.write("seeknal/star.yml", STAR)
    project.ok()
    project.python(CLEAN.format(columns='["order_id", "order_date"]'))
    ran = project.ok()
    assert ran.statuses["transform.star"] == "success"
    assert project.types("transform.star") == {"order_id": "BIGINT", "order_date": "TIMESTAMP"}
    assert [name for name, _ in lock(project)["transform.clean"]] == ["order_id", "order_date"]


def test_a_column_that_is_gone_is_reported_where_it_is_read(project: Shop) -> None:
    project.python(CLEAN.format(columns=ALL))
    project.write("seeknal/totals.yml", TOTALS)
    project.write("seeknal/a_star.yml", STAR.replace("name: star", "name: a_star"))
    project.ok()
    project.python(CLEAN.format(columns='["order_id", "customer_id"]'))
    ran = project.run()
    assert ran.statuses["transform.clean"] == "success"
    error = ran.error("transform.totals")
    assert (error["code"], error["place"]["file"]) == ("unknown-column", "seeknal/totals.yml")
    assert "`amount`" in error["message"]
    assert ran.statuses["transform.a_star"] == "skipped"
    assert ran.reasons["transform.a_star"] == "transform.totals does not compile"
    # It is an error of the compilation from now on, until one of both is mended.
    assert [f.code for f in project.findings()] == ["unknown-column"]
    project.write("seeknal/totals.yml", TOTALS.replace("SUM(amount) AS total", "COUNT(*) AS n"))
    assert set(project.ok().statuses.values()) == {"cached", "success"}
    assert list(project.types("transform.a_star")) == ["order_id", "customer_id"]


def test_a_reader_that_is_not_chosen_still_fails_the_run(project: Shop) -> None:
    project.python(CLEAN.format(columns=ALL))
    project.write("seeknal/totals.yml", TOTALS + "    tags: [late]\n")
    project.write("seeknal/a_star.yml", STAR.replace("name: star", "name: a_star"))
    project.ok()
    project.python(CLEAN.format(columns='["order_id", "customer_id"]'))
    ran = project.run("--exclude-tags", "late")
    assert ran.exit_code == 1
    assert ran.error("transform.a_star")["place"]["file"] == "seeknal/totals.yml"


def test_chains_of_functions_are_learned_one_after_another(project: Shop) -> None:
    project.python(
        """
        @transform
        def one(ctx):
            return ctx.ref("source.orders")[["customer_id", "amount"]]

        @transform
        def three(ctx):
            rows = ctx.ref("transform.two")
            return rows.assign(half=rows["total"] / 2)
        """
    )
    project.write(
        "seeknal/two.yml",
        """
        kind: transform
        name: two
        inputs: [{ref: transform.one}]
        transform: SELECT customer_id, SUM(amount) AS total FROM transform.one GROUP BY ALL
        """,
    )
    project.write(
        "seeknal/four.yml",
        """
        kind: transform
        name: four
        inputs: [{ref: transform.three}]
        transform: SELECT SUM(half) AS half FROM transform.three
        """,
    )
    project.ok()
    assert project.rows("transform.four") == [(132.75,)]
    assert set(project.ok().statuses.values()) == {"cached"}


def test_what_a_lost_lock_knew_is_learned_from_the_output(project: Shop) -> None:
    project.python(CLEAN.format(columns=ALL))
    project.write("seeknal/totals.yml", TOTALS)
    project.ok()
    (project.root / "seeknal.lock").unlink()
    assert project.ok().statuses["transform.clean"] == "cached"
    assert "transform.clean" in lock(project)
    assert project.rows("transform.totals") == [("a", 65.5), ("b", 200.0)]


def test_a_node_that_is_gone_leaves_the_lock(project: Shop) -> None:
    project.python(CLEAN.format(columns=ALL))
    project.ok()
    project.python("X = 1\n")
    project.compiled()
    text = json.loads((project.root / "seeknal.lock").read_text())
    assert text.get("functions", {}) == {}


CLOCK = """
    kind: transform
    name: dated
    inputs: [{ref: transform.clean}]
    transform: SELECT *, NOW() AS made FROM transform.clean
"""


def test_what_a_plan_anew_warns_of_is_shown_once(project: Shop) -> None:
    project.python(CLEAN.format(columns=ALL))
    project.python(CLEAN.format(columns=ALL).replace("clean", "z_other"), "seeknal/other.py")
    project.write("seeknal/dated.yml", CLOCK)
    project.write("seeknal/star.yml", STAR.replace("transform.clean", "transform.z_other"))
    ran = project.ok()
    assert ran.stderr.count("warning[clock-in-sql]") == 1
    assert project.ok().stderr.count("warning[clock-in-sql]") == 1


def test_a_leak_that_only_a_run_tells_stops_a_strict_one(project: Shop) -> None:
    project.python(CLEAN.format(columns=ALL))
    project.write("seeknal/dated.yml", CLOCK)
    project.write(
        "seeknal/training.yml",
        """
        kind: training_set
        name: training
        spine: {ref: source.orders, as_of: order_date}
        joins:
          - ref: transform.dated
            on: [customer_id]
            event_time: made
            features: [amount]
            prefix: last_
        """,
    )
    ran = project.run("--strict")
    assert ran.statuses["transform.clean"] == "success"
    # It is said at the SQL that reads the clock.
    assert ran.error("transform.dated")["code"] == "leak-clock-event-time"
    assert (ran.exit_code, ran.statuses["training_set.training"]) == (1, "skipped")


def test_an_error_of_a_node_is_told_even_below_one_that_is_passed_over(project: Shop) -> None:
    project.python(CLEAN.format(columns=ALL))
    project.write("seeknal/star.yml", STAR)
    project.write("seeknal/z_last.yml", TOTALS.replace("clean", "star").replace("totals", "z_last"))
    project.ok()
    project.python(CLEAN.format(columns='["order_id", "customer_id"]'))
    ran = project.run()
    assert ran.exit_code == 1
    assert ran.statuses["transform.star"] == "skipped"
    assert "`amount`" in ran.error("transform.z_last")["message"]
    assert not project.file("training_set.training").exists()


# -- schema= ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "frame", "message"),
    [
        (
            {"id": "int64", "text": "string"},
            '{"id": [1]}',
            "the function returned no column `text`, which its schema declares",
        ),
        (
            {"id": "int64"},
            '{"id": [1], "more": [2]}',
            "the function returned a column `more`, which its schema does not declare",
        ),
        (
            {"id": "int64"},
            '{"id": ["x"]}',
            "the function returned `id` as string, and its schema declares int64",
        ),
        (
            {"id": "int64"},
            '{"id": [1.5, 2.0, 3.5]}',
            "the function returned '1.5' in `id`, which is not a value of int64 (and 1 more)",
        ),
        (
            {"n": "double"},
            '{"n": [2**53 + 1]}',
            "the function returned '9007199254740993' in `n`, which is not a value of double",
        ),
        (
            {"n": "decimal(4,2)"},
            '{"n": [123.45]}',
            "the function returned '123.45' in `n`, which is not a value of decimal(4,2)",
        ),
        (
            {"d": "date"},
            '{"d": pd.to_datetime(["2026-01-02 03:00"])}',
            "the function returned '2026-01-02 03:00:00' in `d`, which is not a value of date",
        ),
    ],
)
def test_a_schema_is_held(project: Shop, schema: dict[str, str], frame: str, message: str) -> None:
    declared = [{"name": name, "data_type": type_} for name, type_ in schema.items()]
    project.python(
        f"import pandas as pd\n\n@transform(schema={declared})\n"
        f"def made(ctx):\n    return pd.DataFrame({frame})\n"
    )
    error = project.run().error("transform.made")
    assert (error["code"], error["message"]) == ("schema-mismatch", message)
    assert error["place"]["file"] == "seeknal/nodes.py"


@pytest.mark.parametrize(
    ("type_", "values", "published", "rows"),
    [
        ("int64", "[1.0, None]", "BIGINT", [(1,), (None,)]),
        ("double", "[1, 2]", "DOUBLE", [(1.0,), (2.0,)]),
        ("decimal(6,2)", "[1.25, None]", "DECIMAL(6,2)", [("1.25",), (None,)]),
        ("date", 'pd.to_datetime(["2026-01-02", None])', "DATE", [("2026-01-02",), (None,)]),
        ("string", "[None, None]", "VARCHAR", [(None,), (None,)]),
        ("boolean", "[None, None]", "BOOLEAN", [(None,), (None,)]),
        ("timestamp", "[None, None]", "TIMESTAMP", [(None,), (None,)]),
    ],
)
def test_a_column_becomes_its_declared_type_where_no_value_changes(
    project: Shop, type_: str, values: str, published: str, rows: list[tuple[object]]
) -> None:
    declared = [{"name": "V", "data_type": type_}]
    project.python(
        f"import pandas as pd\n\n@transform(schema={declared})\n"
        f'def made(ctx):\n    return pd.DataFrame({{"v": {values}}})\n'
    )
    project.ok()
    assert project.types("transform.made") == {"V": published}
    found = project.rows("transform.made")
    assert [tuple(None if v is None else type(rows[0][0])(v) for v in row) for row in found] == [
        tuple(row) for row in rows
    ]

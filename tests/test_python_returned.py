"""What a function may return, and the rows that are published of it."""

from __future__ import annotations

import resource
import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.python_projects import Shop, shop


@pytest.fixture
def project(tmp_path: Path) -> Shop:
    return shop(tmp_path)


def returns(project: Shop, body: str, decorator: str = "@transform") -> None:
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    project.write(
        "seeknal/nodes.py",
        "import datetime as dt\nfrom decimal import Decimal\n\nimport numpy as np\n"
        "import pandas as pd\nimport polars as pl\nimport pyarrow as pa\n\n"
        "from seeknal.pipeline import FeatureFrame, transform\n\n\n"
        f"{decorator}\ndef made(ctx):\n{lines}\n",
    )


FRAME = 'pd.DataFrame({"id": [1, 2], "text": ["x", None]})'


@pytest.mark.parametrize(
    "value",
    [
        FRAME,
        f"FeatureFrame({FRAME})",
        'pl.DataFrame({"id": [1, 2], "text": ["x", None]})',
        'pl.LazyFrame({"id": [1, 2], "text": ["x", None]})',
        'pa.table({"id": [1, 2], "text": ["x", None]})',
        'pa.record_batch({"id": [1, 2], "text": ["x", None]})',
        'pa.table({"id": [1, 2], "text": ["x", None]}).to_reader()',
        "ctx.duckdb.sql(\"SELECT * FROM (VALUES (1, 'x'), (2, NULL)) AS t(id, text)\")",
    ],
)
def test_every_kind_of_frame_is_published_alike(project: Shop, value: str) -> None:
    """The existing tool fails on a DuckDB relation."""
    returns(project, f"return {value}")
    project.ok()
    assert project.rows("transform.made") == [(1, "x"), (2, None)]
    assert project.types("transform.made") == {"id": "BIGINT", "text": "VARCHAR"}


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("[1, 2]", "`builtins.list`"),
        ('{"id": [1]}', "`builtins.dict`"),
        ('pd.Series([1], name="id")', "a pandas Series"),
        ("np.zeros((2, 2))", "`numpy.ndarray`"),
        ("5", "`builtins.int`"),
        ('(x for x in "ab")', "`builtins.generator`"),
    ],
)
def test_anything_else_is_an_error_that_names_it(project: Shop, value: str, what: str) -> None:
    returns(project, f"return {value}")
    error = project.run().error("transform.made")
    assert error["code"] == "bad-output"
    assert error["message"] == f"the function returned {what}, which is no frame"
    assert "Arrow table, a DuckDB relation or a FeatureFrame" in error["help"]
    assert not project.file("transform.made").exists()


def test_nothing_is_an_error_where_rows_are_due(project: Shop) -> None:
    """The existing tool calls it a success."""
    returns(project, "pass")
    assert project.run().error("transform.made")["code"] == "no-output"
    returns(project, "pass", "@transform(output=False)")
    assert project.ok().statuses["transform.made"] == "success"


@pytest.mark.parametrize(
    ("value", "code", "message"),
    [
        (
            'pd.DataFrame([[1, 2]], columns=["a", "a"])',
            "duplicate-column",
            "the returned frame has 2 columns `a`",
        ),
        (
            'pd.DataFrame([[1, 2]], columns=["a", "A"])',
            "duplicate-column",
            "the returned frame has 2 columns `a` and `A`",
        ),
        (
            'pl.DataFrame({"a": [1], "A": [2]})',
            "duplicate-column",
            "the returned frame has 2 columns `a` and `A`",
        ),
        (
            "pd.DataFrame([[1, 2]])",
            "bad-output",
            "the returned frame has a column that is called 0, which is no text",
        ),
        (
            'pd.DataFrame({("a", "b"): [1]})',
            "bad-output",
            "the returned frame has a column that is called ('a', 'b'), which is no text",
        ),
        (
            'pd.DataFrame({"": [1]})',
            "bad-output",
            "the returned frame has a column that is called '', which is no name",
        ),
        (
            'pd.DataFrame({"a": [dt.date(2026, 1, 1), dt.datetime(2026, 1, 1, 5)]})',
            "bad-output",
            "the column `a` of the returned frame holds dates and times, which no relation can",
        ),
        (
            'pd.DataFrame({"a": pd.period_range("2026-01", "2026-02", freq="M")})',
            "bad-output",
            "the column `a` of the returned frame holds periods, which no relation can",
        ),
        (
            'pl.DataFrame({"a": [object()]})',
            "bad-output",
            "the column `a` of the returned frame holds values of polars' type Object, which no "
            "relation can",
        ),
        ("pd.DataFrame()", "bad-output", "the function returned a frame without columns"),
        ("pl.DataFrame()", "bad-output", "the function returned a frame without columns"),
        (
            'ctx.duckdb.sql("SELECT 1 AS a, 2 AS A")',
            "duplicate-column",
            "the returned frame has 2 columns `a` and `A`",
        ),
    ],
)
def test_columns_that_no_relation_can_have(
    project: Shop, value: str, code: str, message: str
) -> None:
    returns(project, f"return {value}")
    error = project.run().error("transform.made")
    assert (error["code"], error["message"]) == (code, message)


def test_mixed_values_in_a_column(project: Shop) -> None:
    returns(project, 'return pd.DataFrame({"a": [1, "x", 2.5]})')
    error = project.run().error("transform.made")
    assert error["code"] == "bad-output"
    assert "column a" in error["message"]


def test_an_empty_frame_keeps_its_types(project: Shop) -> None:
    returns(project, 'return ctx.ref("source.orders").head(0)')
    project.ok()
    assert project.rows("transform.made") == []
    assert project.types("transform.made") == {
        "order_id": "BIGINT",
        "customer_id": "VARCHAR",
        "order_date": "TIMESTAMP",
        "amount": "DOUBLE",
    }


def test_an_index_is_no_column(project: Shop) -> None:
    returns(project, 'return ctx.ref("source.orders").groupby("customer_id")[["amount"]].sum()')
    error = project.run().error("transform.made")
    assert error["code"] == "bad-output"
    assert error["message"] == (
        "the returned frame has `customer_id` as its index, which is no column"
    )
    assert "reset_index()" in error["help"]


def test_an_index_without_a_name_of_its_own_is_left_out(project: Shop) -> None:
    returns(
        project,
        'orders = ctx.ref("source.orders")[["order_id", "amount"]]\n'
        'return orders.sort_values("amount").set_index("order_id", drop=False)',
    )
    project.ok()
    assert project.rows("transform.made", order="order_id")[0] == (1, 40.0)
    returns(project, 'return ctx.ref("source.orders")[["amount"]].set_axis(list("abcd"))')
    project.ok()
    assert list(project.types("transform.made")) == ["amount"]


BIG = 2**53 + 1


@pytest.mark.parametrize(
    ("column", "type_", "values"),
    [
        (f'pd.array([{BIG}, None], dtype="Int64")', "BIGINT", [BIG, None]),
        ("pd.array([1, None], dtype='Int32')", "BIGINT", [1, None]),
        ("np.array([1, 2], dtype='uint8')", "BIGINT", [1, 2]),
        ("np.array([1.5, np.nan])", "DOUBLE", [1.5, None]),
        ("np.array([np.inf, -np.inf])", "DOUBLE", [float("inf"), float("-inf")]),
        ("np.array([1.5, 2.5], dtype='float32')", "DOUBLE", [1.5, 2.5]),
        ("[Decimal('1.10'), None]", "DECIMAL(38,2)", [Decimal("1.10"), None]),
        ("[dt.date(2026, 1, 2), None]", "DATE", [date(2026, 1, 2), None]),
        (
            "pd.to_datetime(['2026-01-02 03:04:05.123456', None])",
            "TIMESTAMP",
            [datetime(2026, 1, 2, 3, 4, 5, 123456), None],
        ),
        (
            "pd.to_datetime(['2026-01-02 03:04:05+02:00', None], utc=True)",
            "TIMESTAMP",
            [datetime(2026, 1, 2, 1, 4, 5), None],
        ),
        (
            "pd.to_datetime(['2026-01-02 03:04', None]).tz_localize('America/New_York')",
            "TIMESTAMP",
            [datetime(2026, 1, 2, 8, 4), None],
        ),
        ("np.array([1.5, 2.5], dtype='float16')", "DOUBLE", [1.5, 2.5]),
        ("pd.Categorical(['x', None])", "VARCHAR", ["x", None]),
        ("[True, None]", "BOOLEAN", [True, None]),
        ("[None, None]", "VARCHAR", [None, None]),
        ("[[1, 2], None]", "BIGINT[]", [[1, 2], None]),
        ("[{'a': 1, 'b': 'x'}, None]", "STRUCT(a BIGINT, b VARCHAR)", [{"a": 1, "b": "x"}, None]),
        ("['größe', '']", "VARCHAR", ["größe", ""]),
    ],
)
def test_values_are_published_under_the_types_of_specs(
    project: Shop, column: str, type_: str, values: list[Any]
) -> None:
    returns(project, f'return pd.DataFrame({{"place": [0, 1], "v": {column}}})')
    project.ok()
    assert project.types("transform.made")["v"] == type_
    assert [row[0] for row in project.rows("transform.made", "v", "place")] == values


def test_whole_numbers_with_nulls_go_through_a_node_unharmed(project: Shop) -> None:
    """As doubles the last digits would be lost."""
    project.write(
        "seeknal/big.yml",
        f"""
        kind: transform
        name: big
        inputs: [{{ref: source.orders}}]
        transform: SELECT CASE WHEN order_id < 4 THEN {BIG} + order_id END AS n FROM source.orders
        """,
    )
    returns(project, 'return ctx.ref("transform.big")')
    project.ok()
    assert project.rows("transform.made") == [(BIG + 1,), (BIG + 2,), (BIG + 3,), (None,)]
    assert project.types("transform.made") == {"n": "BIGINT"}


def test_sums_of_whole_numbers_in_a_relation_are_whole_numbers(project: Shop) -> None:
    """DuckDB sums them in 128 bits, and specs in 64."""
    returns(
        project,
        'orders = ctx.ref("source.orders", as_="duckdb")\n'
        "return orders.aggregate('SUM(order_id) AS \"the sum\", COUNT(*) AS n')",
    )
    project.ok()
    assert project.rows("transform.made") == [(10, 4)]
    assert project.types("transform.made") == {"the sum": "BIGINT", "n": "BIGINT"}


def test_whole_numbers_that_do_not_fit(project: Shop) -> None:
    returns(project, 'return pd.DataFrame({"n": np.array([2**63], dtype="uint64")})')
    error = project.run().error("transform.made")
    assert error["code"] == "integer-overflow"


def test_a_zone_of_the_machine_changes_nothing(
    project: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        returns(project, 'return pd.DataFrame({"at": [pd.Timestamp("2026-01-02", tz="UTC")]})')
        project.ok()
    finally:
        monkeypatch.undo()
        time.tzset()
    [(found,)] = project.rows("transform.made")
    assert found.replace(tzinfo=UTC) == datetime(2026, 1, 2, tzinfo=UTC)


HUGE = """\
rows = 5_000_000
number = np.arange(rows)
whole = {f"c{i}": number + i for i in range(5)}
return pd.DataFrame(whole | {f"d{i}": number / (i + 3) for i in range(5)})
"""


def test_a_huge_frame_is_published_in_a_few_times_its_size(project: Shop) -> None:
    """5 million rows of 10 columns are 400 MB; 10 s and 0.8 GB more when this was written."""
    returns(project, HUGE)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.monotonic()
    project.ok()
    seconds = time.monotonic() - begun
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert project.rows("transform.made", "COUNT(*), MAX(c4), MIN(d0)") == [
        (5_000_000, 5_000_003, 0.0)
    ]
    unit = 1 if sys.platform == "darwin" else 1024
    assert grown * unit < 3_000_000_000, grown * unit
    assert seconds < 90, seconds
    print(f"{seconds:.1f} s, {grown * unit / 1e9:.2f} GB")

"""A second-order aggregation over what a function returns: the rows that plain loops find."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compare import assert_same_rows
from tests.naive import AmbiguousAsOf, Table, second_order
from tests.python_projects import IMPORTS, Shop, shop

DAY = date(2026, 1, 31)
SPEC: dict[str, Any] = {
    "id_col": "customer_id",
    "feature_date_col": "order_date",
    "application_date_col": "applied",
    "features": {
        "amount": {"basic": ["sum", "mean", "count", "stddev"]},
        "recent": {"source_feature": "amount", "basic": ["sum"], "window": [1, 7]},
        "trend": {
            "source_feature": "amount",
            "ratio": {"numerator": [0, 6], "denominator": [7, 13], "aggs": ["sum"]},
        },
        "items": {"basic": ["sum", "max"], "window": [0, 30]},
    },
}
COLUMNS = (
    ("customer_id", "string"),
    ("order_date", "date"),
    ("applied", "date"),
    ("amount", "double"),
    ("items", "int64"),
)
ARROW = pa.schema(
    [
        ("customer_id", pa.string()),
        ("order_date", pa.date32()),
        ("applied", pa.date32()),
        ("amount", pa.float64()),
        ("items", pa.int64()),
    ]
)
days = st.integers(-3, 20).map(lambda back: DAY - timedelta(back))
orders = st.tuples(
    st.sampled_from(["a", "b", "größe", "", None]),
    st.one_of(st.none(), days),
    st.just(DAY),
    st.one_of(st.none(), st.integers(-400, 400).map(lambda n: n / 4)),
    st.one_of(st.none(), st.integers(0, 2**40)),
)


def project_of(root: Any, rows: list[tuple[Any, ...]], spec: dict[str, Any], as_: str) -> Shop:
    """The rows as a source, and the node twice: by YAML, and by a function that returns them."""
    made = shop(root)
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    table = pa.table([pa.array(c, f.type) for c, f in zip(columns, ARROW, strict=True)], ARROW)
    pq.write_table(table, made.root / "data" / "rows.parquet")
    schema = [{"name": name, "data_type": type_} for name, type_ in COLUMNS]
    source = {"kind": "source", "name": "rows", "source": "parquet"}
    source |= {"table": "data/rows.parquet", "schema": schema}
    made.write("seeknal/rows.yml", yaml.safe_dump(source))
    node = {"kind": "second_order_aggregation", "name": "by_yaml", "source": "source.rows"}
    made.write("seeknal/by_yaml.yml", yaml.safe_dump({**node, **spec}, sort_keys=False))
    arguments = ", ".join(f"{key}={value!r}" for key, value in spec.items())
    made.write(
        "seeknal/nodes.py",
        f'{IMPORTS}\n\n@second_order_aggregation(name="by_python", {arguments})\n'
        f'def whatever(ctx):\n    return ctx.ref("source.rows"{as_})\n',
    )
    return made


@settings(max_examples=8, deadline=None)
@given(st.lists(orders, max_size=25), st.booleans(), st.sampled_from(["arrow", "duckdb", "polars"]))
def test_rows_are_those_of_yaml_and_of_plain_loops(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any], grain: bool, library: str
) -> None:
    spec = {**SPEC, "grain": ["customer_id", "applied"]} if grain else SPEC
    made = project_of(tmp_path_factory.mktemp("soa"), rows, spec, f', as_="{library}"')
    made.ok()
    expected = second_order(
        {**spec, "source": "source.rows"}, {"source.rows": Table(COLUMNS, rows)}
    )
    assert isinstance(expected, Table)
    for name in ("by_yaml", "by_python"):
        id = f"second_order_aggregation.{name}"
        assert_same_rows(expected, tuple(made.types(id)), made.rows(id))


def test_dates_that_pandas_made_times_count_the_same_days(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    rows: list[tuple[Any, ...]] = [
        ("a", DAY - timedelta(1), DAY, 1.5, 1),
        ("a", DAY - timedelta(8), DAY, 2.0, None),
        ("a", DAY + timedelta(1), DAY, 100.0, 7),
        ("b", DAY + timedelta(1), DAY, 100.0, 7),
    ]
    made = project_of(tmp_path_factory.mktemp("pandas"), rows, SPEC, "")
    made.ok()
    by_yaml, by_python = (
        made.rows(f"second_order_aggregation.{name}") for name in ("by_yaml", "by_python")
    )
    assert by_yaml == by_python
    # Of `a` the days 1 and 8 count, of `b` none.
    assert [row[:4] for row in by_python] == [("a", 3.5, 1.75, 2), ("b", None, None, 0)]


def test_several_application_dates_of_one_id_fail_as_in_yaml(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    rows: list[tuple[Any, ...]] = [("a", DAY, DAY, 1.0, 1), ("a", DAY, DAY - timedelta(1), 1.0, 1)]
    made = project_of(tmp_path_factory.mktemp("ambiguous"), rows, SPEC, "")
    found = second_order({**SPEC, "source": "source.rows"}, {"source.rows": Table(COLUMNS, rows)})
    assert isinstance(found, AmbiguousAsOf)
    ran = made.run("--continue-on-error")
    errors = [ran.error(f"second_order_aggregation.by_{name}") for name in ("yaml", "python")]
    assert [error["code"] for error in errors] == ["ambiguous-as-of"] * 2
    own = "second_order_aggregation.by_python()"
    assert errors[0]["message"] == errors[1]["message"].replace(own, "source.rows")


def test_a_column_that_the_function_does_not_return(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    made = project_of(tmp_path_factory.mktemp("gone"), [("a", DAY, DAY, 1.0, 1)], SPEC, "")
    path = made.root / "seeknal" / "nodes.py"
    path.write_text(path.read_text() + '[["customer_id", "order_date", "applied", "items"]]\n')
    path.write_text(path.read_text().replace(')\n[["', ')[["'))
    error = made.run("--continue-on-error").error("second_order_aggregation.by_python")
    assert error["code"] == "unknown-column"
    assert "`amount`" in error["message"]
    assert error["place"]["file"] == "seeknal/nodes.py"


def test_around_a_spine(tmp_path_factory: pytest.TempPathFactory) -> None:
    rows: list[tuple[Any, ...]] = [("a", DAY - timedelta(2), DAY, 4.0, 1)]
    spec = {key: value for key, value in SPEC.items() if key != "application_date_col"}
    spec["spine"] = {
        "ref": "source.orders",
        "id_col": "customer_id",
        "application_date_col": "order_date",
    }
    made = project_of(tmp_path_factory.mktemp("spine"), rows, spec, "")
    made.ok()
    by_yaml, by_python = (
        made.rows(f"second_order_aggregation.{name}") for name in ("by_yaml", "by_python")
    )
    assert len(by_python) == 4
    assert by_yaml == by_python

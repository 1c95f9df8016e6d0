"""Types of keys that do not compare, wherever relations are joined by them."""

from __future__ import annotations

from pathlib import Path

import pytest

from seeknal.compiler.build import CompileFailed, Options, compile_project
from seeknal.compiler.types import DataType, common_type, parse_type
from tests.harness import RUN_DATE
from tests.strategies.files import write_spec
from tests.strategies.time import Spec


def _type(text: str) -> DataType:
    found = parse_type(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("int64", "double", "int64"),
        ("int64", "decimal(10,2)", "decimal(21,2)"),
        ("int64", "decimal(38,19)", "decimal(38,19)"),
        ("decimal(10,2)", "decimal(12,6)", "decimal(14,6)"),
        ("double", "double", "double"),
    ],
)
def test_the_type_in_which_keys_compare(one: str, other: str, expected: str) -> None:
    assert common_type(_type(one), _type(other)) == _type(expected)
    assert common_type(_type(other), _type(one)) == _type(expected)


def _source(name: str, key: str) -> Spec:
    columns = {"id": key, "at": "date", "n": "int64"}
    schema = [{"name": column, "data_type": type_} for column, type_ in columns.items()]
    table = f"data/{name}.parquet"
    return {"kind": "source", "name": name, "source": "parquet", "table": table, "schema": schema}


def _joined(ref: str, **more: object) -> Spec:
    spine = {"ref": "source.labels", "as_of": "at", "columns": ["id", "at"]}
    return {"kind": "training_set", "name": "t", "spine": spine, "joins": [{"ref": ref, **more}]}


LATEST = _joined("source.events", on=["id"], event_time="at")
GROUP: Spec = {
    "kind": "feature_group",
    "name": "g",
    "entity": {"name": "thing", "join_keys": ["id"]},
    "inputs": [{"ref": "source.events"}],
    "event_time": "at",
    "features": {"rows": {"agg": "count_rows", "window": "1d"}},
}
DAYS: Spec = {
    "kind": "second_order_aggregation",
    "name": "d",
    "source": "source.events",
    "id_col": "id",
    "feature_date_col": "at",
    "spine": {"ref": "source.labels", "id_col": "id", "application_date_col": "at"},
    "features": {"n": {"basic": ["sum"]}},
}


@pytest.mark.parametrize(
    ("mine", "other"),
    [
        ("double", "decimal(10,2)"),
        ("int64", "decimal(38,20)"),
        ("decimal(38,0)", "decimal(10,2)"),
        ("string", "int64"),
        ("date", "timestamp"),
        ("boolean", "int64"),
    ],
)
@pytest.mark.parametrize(
    "specs",
    [[LATEST], [GROUP, _joined("feature_group.g")], [DAYS]],
    ids=["latest", "group", "days"],
)
def test_keys_that_do_not_compare(mine: str, other: str, specs: list[Spec], tmp_path: Path) -> None:
    for one, two in ((mine, other), (other, mine)):
        for spec in (_source("labels", one), _source("events", two), *specs):
            write_spec(tmp_path, spec)
        with pytest.raises(CompileFailed) as failed:
            compile_project(tmp_path, Options(run_date=RUN_DATE))
        (finding,) = failed.value.findings
        assert finding.code == "wrong-key-type"
        assert f"`id` of `source.labels` is {one}" in finding.message
        assert f"is {two}" in finding.message
        assert ("to the last digit" in finding.message) == ("decimal" in mine + other)
        assert finding.help == "cast one of them in a transform"

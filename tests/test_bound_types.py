"""Types of user SQL are remembered for exactly the SQL and columns that they were found for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seeknal.compiler.model import Relation
from seeknal.compiler.resolve import bound_types
from seeknal.compiler.resolve.binder import BindError
from seeknal.compiler.resolve.bound_types import BoundTypes
from seeknal.compiler.types import DOUBLE, INT64, STRING, Column

ORDERS = Relation("source.orders", "orders", (Column("n", INT64), Column("s", STRING)))
HALF = "SELECT n / 2 AS half, s FROM orders"
COLUMNS = (Column("half", DOUBLE), Column("s", STRING))


@pytest.fixture
def remembered(tmp_path: Path) -> Path:
    types = BoundTypes.load(tmp_path)
    assert types.bind(HALF, [ORDERS]) == COLUMNS
    types.save(whole=True)
    return tmp_path


def no_binder(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(sql: str, relations: object) -> None:
        raise AssertionError(sql)

    monkeypatch.setattr(bound_types, "bind", fail)


def test_the_same_query_is_not_bound_again(
    remembered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_binder(monkeypatch)
    assert BoundTypes.load(remembered).bind(HALF, [ORDERS]) == COLUMNS


@pytest.mark.parametrize(
    "sql, relation",
    [
        (HALF.replace("2", "3"), ORDERS),
        (HALF, Relation("source.orders", "orders", (Column("n", DOUBLE), Column("s", STRING)))),
    ],
)
def test_other_sql_or_columns_are_bound(
    remembered: Path, monkeypatch: pytest.MonkeyPatch, sql: str, relation: Relation
) -> None:
    no_binder(monkeypatch)
    with pytest.raises(AssertionError):
        BoundTypes.load(remembered).bind(sql, [relation])


def test_another_binder_forgets_all(remembered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = remembered / "target/.cache/types.json"
    data = json.loads(file.read_text())
    file.write_text(json.dumps({**data, "binder": ["another"]}))
    no_binder(monkeypatch)
    with pytest.raises(AssertionError):
        BoundTypes.load(remembered).bind(HALF, [ORDERS])


def test_what_does_not_bind_is_not_remembered(tmp_path: Path) -> None:
    for _ in range(2):
        types = BoundTypes.load(tmp_path)
        assert isinstance(types.bind("SELECT m FROM orders", [ORDERS]), BindError)
        types.save(whole=True)


def test_only_a_whole_compilation_forgets_queries(remembered: Path) -> None:
    types = BoundTypes.load(remembered)
    types.bind("SELECT s FROM orders", [ORDERS])
    types.save(whole=False)
    assert len(json.loads((remembered / "target/.cache/types.json").read_text())["types"]) == 2
    again = BoundTypes.load(remembered)
    again.bind(HALF, [ORDERS])
    again.save(whole=True)
    assert len(json.loads((remembered / "target/.cache/types.json").read_text())["types"]) == 1

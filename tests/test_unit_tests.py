"""Unit tests of specs: what they read, what they refuse, what they show of rows that differ."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from seeknal.cli import main
from seeknal.testing import engines
from seeknal.testing.compare_rows import difference, same, table
from seeknal.testing.engine_duckdb import DuckDB

Command = Callable[..., Result]

ORDERS = """\
kind: source
name: orders
source: csv
table: data/no_such_file.csv
schema:
  - {name: order_id, data_type: int64}
  - {name: customer_id, data_type: string}
  - {name: ordered_at, data_type: timestamp}
  - {name: amount, data_type: "decimal(10,2)"}
  - {name: paid, data_type: boolean}
"""
CLEAN = """\
kind: transform
name: clean
inputs: [{ref: source.orders}]
transform: |
  SELECT order_id, customer_id, ordered_at, amount
  FROM ref('source.orders')
  WHERE paid
"""
SPEND = """\
kind: feature_group
name: spend
entity: {name: customer, join_keys: [customer_id]}
inputs: [{ref: transform.clean}]
event_time: ordered_at
features:
  orders: {agg: count_rows, window: 7d}
"""
LABELS = """\
kind: source
name: labels
source: csv
table: data/labels.csv
schema:
  - {name: customer_id, data_type: string}
  - {name: scored_at, data_type: timestamp}
"""
TRAINING = """\
kind: training_set
name: training
spine: {ref: source.labels, as_of: scored_at}
joins:
  - ref: feature_group.spend
"""
SPECS = {"orders": ORDERS, "clean": CLEAN, "spend": SPEND, "labels": LABELS, "training": TRAINING}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Writes specs, `tests` under that of `node`, and runs them; what JSON says of each."""
    monkeypatch.chdir(tmp_path)
    Path("seeknal").mkdir()

    def call(node: str, tests: str, *arguments: str, code: int = 0) -> Any:
        for name, text in SPECS.items():
            extra = f"tests:\n{tests}" if name == node else ""
            Path(f"seeknal/{name}.yml").write_text(text + extra)
        done = CliRunner().invoke(main, ["test", "--json", *arguments], catch_exceptions=False)
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    return call


def entry(**parts: str) -> str:
    """A test of these keys, as YAML in flow style."""
    return "  - {name: it, " + ", ".join(f"{key}: {value}" for key, value in parts.items()) + "}\n"


GIVEN = "{source.orders: [{order_id: 1, amount: 2.5, paid: true}, {order_id: 2, paid: false}]}"


def messages(found: Any) -> list[str]:
    return [
        f"{f['code']}: {f['message']}"
        for f in found.get("findings", [f for t in found.get("tests", ()) for f in t["findings"]])
    ]


# -- what passes -----------------------------------------------------------------------------


def test_rows_are_compared_in_any_order_and_by_the_columns_named(shop: Any) -> None:
    given = "{source.orders: [{order_id: 1, paid: true}, {order_id: 2, paid: true}]}"
    found = shop("clean", entry(given=given, expect="[{order_id: 2}, {order_id: 1}]"))
    assert found["failed"] == 0
    assert [(t["node"], t["name"], t["dialect"]) for t in found["tests"]] == [
        ("transform.clean", "it", "duckdb")
    ]


def test_all_columns_are_compared_where_asked(shop: Any) -> None:
    whole = "[{order_id: 1, amount: 2.50}]"
    shop("clean", entry(given=GIVEN, expect=whole, columns="all"))
    shop("clean", entry(given=GIVEN, expect="[{order_id: 1}]"))
    found = shop("clean", entry(given=GIVEN, expect="[{order_id: 1}]", columns="all"), code=1)
    assert found["tests"][0]["columns"] == ["order_id", "customer_id", "ordered_at", "amount"]


def test_what_is_not_given_is_computed_from_what_is(shop: Any) -> None:
    given = (
        "{source.orders: [{customer_id: A, ordered_at: 2026-01-30, paid: true},"
        " {customer_id: A, ordered_at: 2026-01-30, paid: false},"
        " {customer_id: A, ordered_at: 2026-01-20, paid: true}]}"
    )
    expect = "[{customer_id: A, orders: 1}]"
    shop("spend", entry(given=given, expect=expect, as_of="'2026-01-31T12:00:00'"))
    # A day stands for its beginning.
    shop("spend", entry(given=given, expect=expect, date="2026-01-31"))
    nearer = "{transform.clean: [{customer_id: A, ordered_at: 2026-01-30}]}"
    shop("spend", entry(given=nearer, expect=expect, date="2026-01-31"))


def test_a_training_set_is_given_the_events_it_reads(shop: Any) -> None:
    given = (
        "{source.labels: [{customer_id: A, scored_at: '2026-01-31T12:00:00'},"
        " {customer_id: B, scored_at: '2026-01-31T12:00:00'}],"
        " transform.clean: [{customer_id: A, ordered_at: '2026-01-31T11:59:59'},"
        " {customer_id: A, ordered_at: '2026-01-31T12:00:01'}]}"
    )
    expect = "[{customer_id: A, orders: 1}, {customer_id: B, orders: 0}]"
    shop("training", entry(given=given, expect=expect))


def test_no_rows_in_and_none_out(shop: Any) -> None:
    shop("clean", entry(given="{source.orders: []}", expect="[]"))
    shop("clean", entry(given="{source.orders: []}", expect="[{order_id: 1}]"), code=1)


def test_a_test_runs_on_every_dialect_it_names(shop: Any) -> None:
    test = entry(given=GIVEN, expect="[{order_id: 1, amount: 2.5}]", dialects="[duckdb, postgres]")
    assert [t["dialect"] for t in shop("clean", test)["tests"]] == ["duckdb", "postgres"]
    assert [t["dialect"] for t in shop("clean", test, "--dialect", "duckdb")["tests"]] == ["duckdb"]


def test_parameters_and_the_day_are_the_tests_own(shop: Any, monkeypatch: Any) -> None:
    sql = CLEAN.replace("WHERE paid", "WHERE amount > {{ least }} AND ordered_at < '{{ today }}'")
    monkeypatch.setitem(SPECS, "clean", sql + "params: {least: 100}\n")
    given = (
        "{source.orders: [{order_id: 1, amount: 6, ordered_at: 2026-01-30},"
        " {order_id: 2, amount: 6, ordered_at: 2026-02-02}]}"
    )
    day = {"given": given, "date": "2026-02-01"}
    shop("clean", entry(**day, params="{least: 5}", expect="[{order_id: 1}]"))
    shop("clean", entry(**day, expect="[]"))
    found = shop("clean", entry(given=given, expect="[]"), code=1)
    assert messages(found) == [
        "needs-date: the rows depend on the day, and the test does not say which it is"
    ]


def test_the_clock_stands_still(shop: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(SPECS, "clean", CLEAN.replace("paid", "ordered_at < now()"))
    given = (
        "{source.orders: [{order_id: 1, ordered_at: 2026-01-30},"
        " {order_id: 2, ordered_at: 2026-02-02}]}"
    )
    shop("clean", entry(given=given, date="2026-02-01", expect="[{order_id: 1}]"))
    assert "needs-date" in messages(shop("clean", entry(given=given, expect="[]"), code=1))[0]


def test_a_clock_that_cannot_be_stopped_is_refused(shop: Any, monkeypatch: Any) -> None:
    class Runs(DuckDB):
        dialect = "datafusion"
        stop_clock = None  # type: ignore[assignment]  # an engine without it

    monkeypatch.setattr(engines, "_registered", {"duckdb": Runs})
    monkeypatch.setitem(SPECS, "clean", CLEAN.replace("paid", "ordered_at < now()"))
    found = shop("clean", entry(given=GIVEN, date="2026-02-01", expect="[]"), code=1)
    assert messages(found)[0].startswith("clock-in-sql: `now()`")


def test_a_failure_can_be_what_is_expected(shop: Any, monkeypatch: Any) -> None:
    sql = CLEAN.replace("SELECT order_id", "SELECT CAST(customer_id AS BIGINT) AS order_id")
    monkeypatch.setitem(SPECS, "clean", sql)
    given = "{source.orders: [{customer_id: x, paid: true}]}"
    shop("clean", entry(given=given, fails="bad-value"))
    found = shop("clean", entry(given=given, fails="integer-overflow"), code=1)
    assert messages(found)[0].startswith("bad-value: ")
    found = shop("clean", entry(given="{source.orders: []}", fails="bad-value"), code=1)
    assert "0 rows where error[bad-value] is expected" in messages(found)[0]


def test_an_engine_that_is_registered_runs_its_dialect(shop: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(engines, "_registered", {})
    test = entry(given=GIVEN, expect="[{order_id: 1}]", dialects="[datafusion]")
    assert "missing-engine" in messages(shop("clean", test, code=1))[0]
    engines.register("datafusion", DuckDB)
    shop("clean", test)


def test_an_engine_that_does_not_open_is_missing(shop: Any, monkeypatch: Any) -> None:
    def broken() -> DuckDB:
        raise OSError("there is no Java")

    monkeypatch.setattr(engines, "_registered", {"spark": broken})
    test = entry(given=GIVEN, expect="[{order_id: 1}]", dialects="[spark]")
    found = messages(shop("clean", test, code=1))[0]
    assert found.startswith("missing-engine: ")
    assert found.endswith("it does not open: there is no Java")


# -- what is refused, and where --------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            {"given": "{source.order: []}", "expect": "[]"},
            "unknown-node: there is no node `source.order`",
        ),
        (
            {"given": "{source.orders: [], source.labels: []}", "expect": "[]"},
            "unknown-node: `transform.clean` does not read `source.labels`",
        ),
        (
            {"given": "{}", "expect": "[]"},
            "missing-key: `given` has no rows of `source.orders`, which `transform.clean` reads",
        ),
        (
            {"given": "{source.orders: [{order: 1}]}", "expect": "[]"},
            "unknown-column: `source.orders` has no column `order`",
        ),
        (
            {"given": "{source.orders: []}", "expect": "[{ammount: 1}]"},
            "unknown-column: `transform.clean` has no column `ammount`",
        ),
        (
            {"given": "{source.orders: [{order_id: 1.5}]}", "expect": "[]"},
            "bad-value: `1.5` is not of the type of `order_id` of `source.orders`, int64",
        ),
        (
            {"given": "{source.orders: [{amount: 1.255}]}", "expect": "[]"},
            "bad-value: `1.255` is not of the type of `amount` of `source.orders`, decimal(10,2)",
        ),
        (
            {"given": "{source.orders: [{paid: 1}]}", "expect": "[]"},
            "bad-value: `1` is not of the type of `paid` of `source.orders`, boolean",
        ),
        (
            {"given": "{source.orders: [{ordered_at: soon}]}", "expect": "[]"},
            "bad-value: `soon` is not of the type of `ordered_at` of `source.orders`, timestamp",
        ),
        (
            {"given": "{source.orders: [{customer_id: [1]}]}", "expect": "[]"},
            "bad-value: a list or mapping is not of the type of `customer_id` of `source.orders`, "
            "string",
        ),
        ({"given": "{}", "expct": "[]"}, "unknown-key: `expct` is not a key of `it`"),
        ({"given": "{source.orders: []}"}, None),
        ({"expect": "[]"}, "missing-key: `it` has no `given`"),
        (
            {"given": "{source.orders: []}", "expect": "[]", "fails": "bad-value"},
            "misplaced-key: the test expects rows and a failure",
        ),
        (
            {"given": "{source.orders: []}", "expect": "[]", "date": "soon"},
            "wrong-value: `soon` is not a day",
        ),
        (
            {"given": "{source.orders: []}", "expect": "[]", "dialects": "[postgress]"},
            "wrong-value: there is no dialect `postgress`",
        ),
    ],
)
def test_what_is_wrong_is_said(shop: Any, parts: dict[str, str], message: str | None) -> None:
    found = shop("clean", entry(**parts), code=1)
    assert messages(found)[0] == (message or "missing-key: the test does not say what it expects")
    assert found["findings"][0]["place"]["line"] >= 8


def test_misspellings_get_a_suggestion(shop: Any) -> None:
    for parts, help in (
        ({"given": "{source.order: []}", "expect": "[]"}, "did you mean `source.orders`?"),
        (
            {"given": "{source.orders: [{amnt: 1}]}", "expect": "[]"},
            "did you mean `amount`?",
        ),
        ({"given": "{source.orders: []}", "expect": "[{amnt: 1}]"}, "did you mean `amount`?"),
        ({"given": "{source.orders: []}", "expct": "[]"}, "did you mean `expect`?"),
    ):
        assert shop("clean", entry(**parts), code=1)["findings"][0]["help"] == help


def test_checks_that_older_projects_hold_are_no_unit_tests(shop: Any) -> None:
    checks = "  - {not_null: [order_id]}\n  - unique\n"
    assert shop("clean", checks) == {"tests": [], "failed": 0}
    assert shop("orders", "  - {not_null: [order_id]}\n") == {"tests": [], "failed": 0}


def test_a_source_has_no_unit_tests(shop: Any) -> None:
    found = shop("orders", entry(given="{}", expect="[]"), code=1)
    assert messages(found)[0].startswith("misplaced-key: a source has no unit tests")


def test_two_tests_of_one_name(shop: Any) -> None:
    test = entry(given=GIVEN, expect="[{order_id: 1}]")
    assert "duplicate-name" in messages(shop("clean", test + test, code=1))[0]


def test_nodes_can_be_chosen(shop: Any) -> None:
    test = entry(given=GIVEN, expect="[{order_id: 1}]")
    assert len(shop("clean", test, "clean")["tests"]) == 1
    assert len(shop("clean", test, "spend")["tests"]) == 0
    assert "unknown-node" in messages(shop("clean", test, "clena", code=1))[0]


# -- rows that differ ------------------------------------------------------------------------


def test_rows_are_shown_aligned_with_marks_below_what_differs() -> None:
    found = difference(
        ("id", "total"),
        [("A", Decimal("1.50")), ("B", None), ("C", 3)],
        [("B", 2), ("A", Decimal("1.5")), ("long name", 4)],
    )
    assert found is not None
    assert list(table(found)) == [
        "            id         total",
        "expected    B          NULL",
        "actual      B          2",
        "                       ^",
        "missing     C          3",
        "unexpected  long name  4",
    ]
    assert found.summary == "3 expected, 3 found, 3 differ"


def test_rows_are_a_bag() -> None:
    assert difference(("a",), [(1,), (1,), (2,)], [(2,), (1,), (1,)]) is None
    found = difference(("a",), [(1,), (1,)], [(1,)])
    assert found is not None
    assert found.pairs == (((1,), None),)


@pytest.mark.parametrize(
    ("expected", "actual", "agree"),
    [
        (1.0, 1.0 + 1e-12, True),
        (1.0, 1.0 + 1e-6, False),
        (1, Decimal("1.00"), True),
        (True, 1, False),
        (None, 0, False),
        ("1", 1, False),
        (float("nan"), float("nan"), True),
        (2**62, 2**62 + 1, False),
    ],
)
def test_values_agree_as_the_semantics_say(expected: Any, actual: Any, agree: bool) -> None:
    assert same(expected, actual) is agree

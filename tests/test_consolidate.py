"""Entities: the rows of consolidated features, their catalog, the commands around them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from seeknal.cli import main
from seeknal.compiler.findings import Place, Severity
from seeknal.runtime.consolidate import (
    Consolidated,
    Group,
    catalog_file,
    consolidate,
    features_file,
    is_current,
)
from seeknal.runtime.consolidate_sql import GroupRows, consolidation_sql
from seeknal.runtime.duckdb_engine import DuckDBEngine
from seeknal.runtime.entity_catalog import EntityCatalog
from seeknal.runtime.paths import Target
from tests.handmade import query

if TYPE_CHECKING:
    import duckdb

Row = tuple[Any, ...]


def group(
    root: Path,
    name: str,
    rows: str,
    *,
    keys: tuple[str, ...] = ("id",),
    event_time: str = "event_time",
    knowledge_time: str | None = None,
) -> Group:
    """A group whose result holds the rows of `rows`, a FROM clause."""
    file = Target(root).result("feature_group", name)
    file.parent.mkdir(parents=True, exist_ok=True)
    query(f"COPY (FROM {rows}) TO '{file}' (FORMAT parquet)")
    place = Place(f"seeknal/{name}.yml", 2, 7, len(name))
    return Group(name, place, file, "customer", keys, event_time, knowledge_time)


def consolidated(root: Path, *groups: Group) -> Consolidated:
    target = Target(root)
    with DuckDBEngine(root, target.scratch) as engine:
        return consolidate(target, engine, "customer", groups)


def rows_of(root: Path, *groups: Group) -> list[Row]:
    made = consolidated(root, *groups)
    assert made.finding is None, made.finding
    rows = query(f"FROM '{features_file(Target(root), 'customer')}'")
    assert len(rows) == made.rows
    return rows


def day(number: int) -> datetime:
    return datetime(2026, 1, number)


# -- rows ------------------------------------------------------------------------------------


def test_every_row_has_the_latest_of_every_group_by_then(tmp_path: Path) -> None:
    spend = group(
        tmp_path,
        "spend",
        "(VALUES ('a', DATE '2026-01-01', 10), ('a', DATE '2026-01-05', 50), "
        "('b', DATE '2026-01-02', 20)) AS t(id, order_date, spent)",
        event_time="order_date",
    )
    visits = group(
        tmp_path,
        "visits",
        "(VALUES ('a', TIMESTAMP '2026-01-03', 3), ('c', TIMESTAMP '2026-01-04', 4)) "
        "AS t(id, event_time, visits)",
    )
    assert rows_of(tmp_path, spend, visits) == [
        ("a", day(1), {"spent": 10}, None),
        ("a", day(3), {"spent": 10}, {"visits": 3}),
        ("a", day(5), {"spent": 50}, {"visits": 3}),
        ("b", day(2), {"spent": 20}, None),
        ("c", day(4), None, {"visits": 4}),  # an entity that the first group does not know
    ]
    file = features_file(Target(tmp_path), "customer")
    assert query(f"SELECT column_name, column_type FROM (DESCRIBE FROM '{file}')") == [
        ("id", "VARCHAR"),
        ("event_time", "TIMESTAMP"),
        ("spend", "STRUCT(spent INTEGER)"),
        ("visits", "STRUCT(visits INTEGER)"),
    ]


def test_equal_times_of_two_groups_are_one_row(tmp_path: Path) -> None:
    one = group(tmp_path, "one", "(SELECT 1 AS id, TIMESTAMP '2026-01-01' AS event_time, 1 AS x)")
    two = group(tmp_path, "two", "(SELECT 1 AS id, TIMESTAMP '2026-01-01' AS event_time, 2 AS y)")
    assert rows_of(tmp_path, one, two) == [(1, day(1), {"x": 1}, {"y": 2})]


def test_a_group_without_time_says_the_same_of_all_times(tmp_path: Path) -> None:
    timed = group(
        tmp_path,
        "timed",
        "(VALUES (1, TIMESTAMP '2026-01-01', 'x'), (1, TIMESTAMP '2026-01-02', 'y')) "
        "AS t(id, event_time, v)",
    )
    timeless = group(tmp_path, "timeless", "(VALUES (1, 'p'), (2, 'q')) AS t(id, name)")
    assert rows_of(tmp_path, timed, timeless) == [
        (1, day(1), {"v": "x"}, {"name": "p"}),
        (1, day(2), {"v": "y"}, {"name": "p"}),
        (2, None, None, {"name": "q"}),
    ]
    assert rows_of(tmp_path, timeless) == [(1, None, {"name": "p"}), (2, None, {"name": "q"})]


def test_an_entity_whose_time_is_null_is_not_lost(tmp_path: Path) -> None:
    rows = """(VALUES (1, NULL, 5), (1, TIMESTAMP '2026-01-01', 1), (2, NULL, 6), (NULL, NULL, 7))
        AS t(id, event_time, v)"""
    assert rows_of(tmp_path, group(tmp_path, "g", rows)) == [
        (1, day(1), {"v": 1}),
        (2, None, None),
    ]


def test_ties_go_to_the_greatest_features_and_null_loses(tmp_path: Path) -> None:
    rows = """(SELECT 1 AS id, TIMESTAMP '2026-01-01' AS event_time, a, b FROM (VALUES
        (NULL, 9), (1, NULL), (1, 3), (1, 2), (0, 8)) AS t(a, b))"""
    assert rows_of(tmp_path, group(tmp_path, "g", rows)) == [(1, day(1), {"a": 1, "b": 3})]


def test_what_becomes_known_late_counts_from_then_on(tmp_path: Path) -> None:
    """The row of day 2 is known on day 5, when the row of day 3 is known already."""
    rows = """(VALUES (1, DATE '2026-01-01', DATE '2026-01-01', 'one'),
        (1, DATE '2026-01-03', DATE '2026-01-03', 'three'),
        (1, DATE '2026-01-02', DATE '2026-01-05', 'two'),
        (1, DATE '2026-01-04', DATE '2026-01-06', 'four'),
        (1, DATE '2026-01-09', NULL, 'never')) AS t(id, event_time, known, v)"""
    known = group(tmp_path, "g", rows, knowledge_time="known")
    assert [(row[1], row[2]["v"]) for row in rows_of(tmp_path, known)] == [
        (day(1), "one"),
        (day(3), "three"),
        (day(5), "three"),
        (day(6), "four"),
    ]


def test_keys_of_several_columns_and_awkward_names(tmp_path: Path) -> None:
    one = group(
        tmp_path,
        "select",
        """(VALUES ('1', '12', TIMESTAMP '2026-01-01', 1, 2), ('11', '2', TIMESTAMP '2026-01-01',
        3, 4)) AS t("Group", b, "at", visible, key_1)""",
        keys=("Group", "b"),
        event_time="AT",
    )
    two = group(
        tmp_path,
        "table",
        """(SELECT '1' AS b, '11' AS "Group", TIMESTAMP '2026-01-02' AS event_time, 5 AS rows_0)""",
        keys=("Group", "b"),
    )
    assert rows_of(tmp_path, one, two) == [
        ("1", "12", day(1), {"visible": 1, "key_1": 2}, None),
        ("11", "1", day(2), None, {"rows_0": 5}),
        ("11", "2", day(1), {"visible": 3, "key_1": 4}, None),
    ]


def test_a_group_of_keys_alone_has_no_struct(tmp_path: Path) -> None:
    bare = group(tmp_path, "bare", "(SELECT 7 AS id, TIMESTAMP '2026-01-01' AS event_time)")
    other = group(tmp_path, "other", "(SELECT 1 AS id, TIMESTAMP '2026-01-01' AS event_time, 2 v)")
    assert rows_of(tmp_path, bare, other) == [(1, day(1), {"v": 2}), (7, day(1), None)]


# Drawn: one or two groups with times, with and without a knowledge time, and one without times.
_moment = st.one_of(st.none(), st.integers(1, 4))
_rows = st.lists(
    st.tuples(st.sampled_from([None, "a", "b"]), _moment, _moment, st.sampled_from([None, 1, 2])),
    max_size=8,
)


def naive(groups: Sequence[tuple[str, list[Row]]]) -> list[Row]:
    """The rows by plain loops: `groups` are ("event", "known" or "none", rows)."""

    def moment(kind: str, row: Row) -> int | None:
        _, event, known, _ = row
        if kind == "none" or event is None or (kind == "known" and known is None):
            return None
        return max(event, known) if kind == "known" else event

    def latest(kind: str, rows: list[Row], key: str, at: int | None) -> Any:
        best: tuple[Any, ...] | None = None
        for row in rows:
            seen = moment(kind, row)
            if row[0] != key or (kind != "none" and (at is None or seen is None or seen > at)):
                continue
            value = -1 if row[3] is None else row[3]
            order = (0, 0, value) if kind == "none" else (row[1], seen, value)
            if best is None or order > best[0]:
                best = (order, row[3])
        return None if best is None else {"v": best[1]}

    found = []
    for key in ("a", "b"):
        times: set[int | None] = {
            seen
            for kind, rows in groups
            for row in rows
            if row[0] == key and (seen := moment(kind, row)) is not None
        }
        known = any(row[0] == key for _, rows in groups for row in rows)
        for at in sorted(t for t in times if t is not None) or ([None] if known else []):
            row = (key, None if at is None else day(at))
            found.append((*row, *(latest(kind, rows, key, at) for kind, rows in groups)))
    return found


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


@given(drawn=st.tuples(_rows, _rows, _rows))
@settings(max_examples=100, deadline=None)
def test_rows_are_those_of_plain_loops(
    database: duckdb.DuckDBPyConnection, drawn: tuple[list[Row], ...]
) -> None:
    kinds = ("event", "known", "none")
    groups = [
        GroupRows(
            name=kind,
            relation=kind,
            event_time=None if kind == "none" else "e",
            knowledge_time="k" if kind == "known" else None,
            features=("v",),
        )
        for kind in kinds
    ]
    for kind, rows in zip(kinds, drawn, strict=True):
        values = "".join(
            f", ({_text(key)}, {_date(event)}, {_date(known)}, {value or 'NULL'})"
            for key, event, known, value in rows
        )
        database.execute(
            f"CREATE OR REPLACE TABLE {kind} AS FROM (VALUES "
            f"(CAST(NULL AS VARCHAR), CAST(NULL AS DATE), CAST(NULL AS DATE), 0){values}) "
            "AS t(id, e, k, v)"
        )
    found = database.execute(consolidation_sql(["id"], groups)).fetchall()
    assert found == naive(list(zip(kinds, drawn, strict=True)))


def _text(key: str | None) -> str:
    return "NULL" if key is None else f"'{key}'"


def _date(number: int | None) -> str:
    return "NULL" if number is None else f"DATE '{day(number):%Y-%m-%d}'"


# -- what cannot be joined -------------------------------------------------------------------

ONE = "(SELECT 1 AS id, TIMESTAMP '2026-01-01' AS event_time, 1 AS v)"


@pytest.mark.parametrize(
    ("name", "rows", "keys", "code", "message"),
    [
        (
            "other",
            "(SELECT 1 AS shop, 1 AS id, 2 AS w)",
            ("shop", "id"),
            "join-key-mismatch",
            "Join key mismatch for entity 'customer': feature group 'other' has "
            "join_keys=['shop', 'id'], but entity expects join_keys=['id']",
        ),
        (
            "other",
            "(SELECT '1' AS id, 2 AS w)",
            ("id",),
            "join-key-mismatch",
            "Join key mismatch for entity 'customer': feature group 'other' has `id` as VARCHAR, "
            "but entity expects INTEGER",
        ),
        (
            "other",
            "(SELECT 2 AS w)",
            ("id",),
            "join-key-mismatch",
            "Join key mismatch for entity 'customer': feature group 'other' has no column `id`, "
            "which is a join key",
        ),
        (
            "event_time",
            "(SELECT 1 AS id, 2 AS w)",
            ("id",),
            "duplicate-output",
            "feature group 'event_time' has the name of a column of entity 'customer', which its "
            "features would be a column of",
        ),
        (
            "other",
            "(SELECT 1 AS id, 'soon' AS event_time, 2 AS w)",
            ("id",),
            "bad-value",
            "the features of entity 'customer' cannot be consolidated",
        ),
    ],
)
def test_a_group_that_cannot_be_joined_leaves_the_last_features(
    tmp_path: Path, name: str, rows: str, keys: tuple[str, ...], code: str, message: str
) -> None:
    first = group(tmp_path, "first", ONE)
    before = rows_of(tmp_path, first)
    made = consolidated(tmp_path, first, group(tmp_path, name, rows, keys=keys))
    assert made.finding is not None
    assert made.finding.code == code
    assert made.finding.message.startswith(message)
    assert made.finding.help
    target = Target(tmp_path)
    assert query(f"FROM '{features_file(target, 'customer')}'") == before
    catalog = EntityCatalog.load(catalog_file(target, "customer"))
    assert [*catalog.feature_groups] == ["first"]


def test_keys_of_types_that_compare_are_joined(tmp_path: Path) -> None:
    one = group(tmp_path, "one", ONE)
    two = group(tmp_path, "two", "(SELECT 1::BIGINT AS id, 2 AS w)")
    assert rows_of(tmp_path, one, two) == [(1, day(1), {"v": 1}, {"w": 2})]


# -- the catalog -----------------------------------------------------------------------------


def test_the_catalog_says_what_the_features_were_made_of(tmp_path: Path) -> None:
    made = group(tmp_path, "spend", ONE)
    rows_of(tmp_path, made)
    path = catalog_file(Target(tmp_path), "customer")
    data = json.loads(path.read_text())
    consolidated_at = data.pop("consolidated_at")
    assert datetime.fromisoformat(consolidated_at).utcoffset() == timedelta(0)
    assert data == {
        "entity_name": "customer",
        "join_keys": ["id"],
        "feature_groups": {
            "spend": {
                "name": "spend",
                "features": ["v"],
                "event_time_col": "event_time",
                "last_updated": made.updated,
                "row_count": 1,
                "schema": {"id": "INTEGER", "event_time": "TIMESTAMP", "v": "INTEGER"},
            }
        },
        "schema_version": "1.0",
    }
    catalog = EntityCatalog.load(path)
    text = path.read_text()
    catalog.save(path)
    assert path.read_text() == text == catalog.to_json() + "\n"


@pytest.mark.parametrize("text", ["", "[]", '{"entity_name": "customer"}', "{"])
def test_a_file_that_is_no_catalog(tmp_path: Path, text: str) -> None:
    path = tmp_path / "_entity_catalog.json"
    path.write_text(text)
    with pytest.raises(ValueError):
        EntityCatalog.load(path)


def test_features_are_current_until_a_group_changes(tmp_path: Path) -> None:
    target = Target(tmp_path)
    spend, visits = group(tmp_path, "spend", ONE), group(tmp_path, "visits", ONE)
    assert not is_current(target, "customer", [spend])
    rows_of(tmp_path, spend)
    assert is_current(target, "customer", [spend])
    assert not is_current(target, "customer", [spend, visits])
    os.utime(spend.file, ns=(0, 1_700_000_000_000_001_000))
    assert not is_current(target, "customer", [spend])
    rows_of(tmp_path, spend)
    features_file(target, "customer").unlink()
    assert not is_current(target, "customer", [spend])


# -- in a project ----------------------------------------------------------------------------

FILES = {
    "orders.csv": "customer_id,at,amount\nA,2026-01-01,10\nA,2026-01-03,20\nB,2026-01-02,5\n",
    "seeknal/orders.yml": """\
kind: source
name: orders
source: csv
table: orders.csv
schema:
  - {name: customer_id, data_type: string}
  - {name: at, data_type: date}
  - {name: amount, data_type: int64}
""",
    "seeknal/history.yml": """\
kind: feature_group
name: history
entity: {name: customer, join_keys: [customer_id]}
materialization: {event_time_col: at}
inputs: [{ref: source.orders}]
transform: SELECT customer_id, at, amount FROM input_0
""",
    "seeknal/windows.yml": """\
kind: feature_group
name: windows
entity: {name: customer, join_keys: [customer_id]}
inputs: [{ref: source.orders}]
event_time: at
features:
  spend: {agg: sum, column: amount, window: 2d}
""",
}
Project = Callable[..., Result]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Runs a command line in a project of two groups of one entity."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)

    def call(line: str, code: int = 0) -> Result:
        done = CliRunner().invoke(main, line.split(), catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done

    return call


RUN = "run --as-of 2026-01-04"
LINE = "Consolidated entity 'customer': 2 FGs, 5 rows in 0."


def test_a_run_consolidates_what_has_changed(project: Project) -> None:
    assert LINE in project(RUN).stdout
    # By hand: A had 20 in the two days to 4 January, B nothing; the group's rows are as of then.
    assert query("FROM 'target/feature_store/customer/features.parquet'") == [
        ("A", day(1), {"amount": 10}, None),
        ("A", day(3), {"amount": 20}, None),
        ("A", day(4), {"amount": 20}, {"spend": 20}),
        ("B", day(2), {"amount": 5}, None),
        ("B", day(4), {"amount": 5}, {"spend": None}),
    ]
    report = json.loads(Path("target/run_report.json").read_text())
    [entity] = report["entities"]
    assert (entity["entity"], entity["feature_groups"], entity["rows"]) == ("customer", 2, 5)
    assert "Consolidated" not in project(RUN).stdout
    Path("target/feature_store/customer/_entity_catalog.json").unlink()
    assert LINE in project(RUN).stdout


def test_both_forms_of_groups_have_a_sidecar(project: Project) -> None:
    project(RUN)
    times = {"history": "at", "windows": "event_time"}
    for name, time in times.items():
        text = Path(f"target/intermediate/feature_group_{name}_meta.json").read_text()
        assert json.loads(text) == {
            "entity_name": "customer",
            "join_keys": ["customer_id"],
            "event_time_col": time,
        }


def test_a_run_of_one_group_keeps_the_others(project: Project) -> None:
    project(RUN)
    assert LINE in project(f"{RUN} --nodes windows").stdout


def test_a_group_that_is_gone_leaves_the_features(project: Project) -> None:
    project(RUN)
    Path("seeknal/history.yml").unlink()
    assert "Consolidated entity 'customer': 1 FG, 2 rows" in project(RUN).stdout


def test_keys_that_differ_are_a_warning_of_a_run(project: Project) -> None:
    text = FILES["seeknal/windows.yml"].replace("[customer_id]", "[at]")
    Path("seeknal/windows.yml").write_text(text)
    done = project(RUN)
    assert "seeknal/windows.yml:2:7: warning[join-key-mismatch]: Join key mismatch" in done.stderr
    done = project("consolidate", code=1)
    assert "error[join-key-mismatch]" in done.stderr


def test_features_that_cannot_be_written_fail_a_run(project: Project) -> None:
    Path("target/feature_store/customer/features.parquet/folder").mkdir(parents=True)
    done = project(RUN, code=1)
    assert "error[io-error]: the features of entity 'customer' cannot be published" in done.stderr


def test_the_entities_are_listed(project: Project) -> None:
    assert "no entities yet" in project("entity list").stdout
    project(RUN)
    line = "  customer  2 FGs  2 features  [ready]  consolidated: 20"
    assert project("entity list").stdout.startswith(line)
    project("run --as-of 2026-01-05")
    os.utime("target/intermediate/feature_group_history.parquet", (0, 0))
    assert "[stale]" in project("entity list").stdout
    [summary] = json.loads(project("entity list --json").stdout)
    assert (summary["entity"], summary["status"], summary["features"]) == ("customer", "stale", 2)


def test_an_entity_is_shown(project: Project) -> None:
    project(RUN)
    lines = [" ".join(line.split()) for line in project("entity show customer").stdout.split("\n")]
    assert lines[0] == "customer: by customer_id [ready]"
    assert any(line.startswith("history 1 3 at 20") for line in lines)
    assert "windows.spend BIGINT" in lines
    assert "2 features, 5 rows" in lines
    said = json.loads(project("entity show customer --json").stdout)
    assert (said["rows"], [*said["feature_groups"]]) == (5, ["history", "windows"])
    done = project("entity show custmer", code=1)
    assert "error[unknown-entity]" in done.stderr
    assert "did you mean `customer`?" in done.stderr


def test_consolidate_does_it_again_and_prunes(project: Project) -> None:
    project("consolidate", code=1)
    project(RUN)
    assert LINE in project("consolidate").stdout
    for name in ("history", "windows"):
        text = FILES[f"seeknal/{name}.yml"].replace("name: customer", "name: client")
        Path(f"seeknal/{name}.yml").write_text(text)
    left = "entity 'customer' is left: it has no feature group any more; --prune removes it"
    assert left in project("consolidate").stdout
    assert "Removed entity 'customer'" in project("consolidate --prune").stdout
    assert [path.name for path in Path("target/feature_store").iterdir()] == ["client"]
    said = json.loads(project("consolidate --json").stdout)
    assert said["entities"] == [{"entity": "client", "feature_groups": 2, "rows": 5}]


def test_a_broken_catalog_is_said_and_written_anew(project: Project) -> None:
    project(RUN)
    path = Path("target/feature_store/customer/_entity_catalog.json")
    path.write_text("{}")
    assert "error[unreadable-file]" in project("entity list", code=1).stderr
    project("consolidate")
    assert "[ready]" in project("entity list").stdout


def test_findings_of_a_run_are_warnings_and_of_the_command_errors(tmp_path: Path) -> None:
    first = group(tmp_path, "first", ONE)
    made = consolidated(tmp_path, first, group(tmp_path, "other", ONE, keys=("v",)))
    assert made.finding is not None and made.finding.severity is Severity.WARNING

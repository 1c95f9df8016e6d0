"""`seeknal compile --check`: what it says of each difference, and that it misses none."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from seeknal.cli import main
from seeknal.testing.compiled_files import read_columns
from seeknal.testing.tree_diff import Change, Unreadable, changes

Command = Callable[..., Result]
SCORED = Path("seeknal/transforms/scored_orders.yml")
FOLDER = Path("target/compiled/duckdb")
TREND = "second_order_aggregation.customer_trend"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs commands in the example project, whose SQL is committed."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, code: int = 0) -> Result:
        done = CliRunner().invoke(main, arguments, catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done

    call("init", "--name", "shop", "--example")
    call("compile", "--update")
    return call


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def checked(shop: Command, *arguments: str, code: int = 1) -> dict[str, dict[str, Any]]:
    """The nodes of a check that are not the same, by id."""
    found = json.loads(shop("compile", "--check", "--json", *arguments, code=code).stdout)
    return {node["id"]: node for node in found["nodes"] if node["status"] != "same"}


def test_what_was_just_written_is_the_same(shop: Command) -> None:
    assert "3 nodes compile to target/compiled/duckdb" in shop("compile", "--check").stdout
    assert checked(shop, code=0) == {}


def test_plain_compile_writes_the_same_files(shop: Command) -> None:
    before = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    shop("compile")
    assert {path.name: path.read_bytes() for path in FOLDER.iterdir()} == before


def test_another_layout_is_formatting_only(shop: Command) -> None:
    rewrite(FOLDER / f"{TREND}.sql", "\n  ", "\n\t")
    assert {id: node["status"] for id, node in checked(shop).items()} == {TREND: "formatting"}
    assert "formatting only" in shop("compile", "--check", code=1).stdout


def test_another_spec_file_is_formatting_only(shop: Command) -> None:
    SCORED.rename("seeknal/scored.yml")
    assert checked(shop)["transform.scored_orders"]["status"] == "formatting"


def test_other_ends_of_lines_are_no_difference(shop: Command) -> None:
    for path in FOLDER.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert checked(shop, code=0) == {}


def test_a_condition_is_a_change_in_meaning(shop: Command) -> None:
    rewrite(SCORED, "FROM ref('source.orders')", "FROM ref('source.orders') WHERE amount > 3")
    found = checked(shop)
    assert found.keys() == {"transform.scored_orders"}
    assert found["transform.scored_orders"]["status"] == "meaning"
    assert found["transform.scored_orders"]["changes"] == [
        {"scope": "the statement", "what": "condition", "before": None, "after": "amount > 3"}
    ]
    shown = shop("compile", "--check", code=1)
    assert "  the statement: condition is new\n    + amount > 3\n" in shown.stdout
    assert "error[snapshot-differs]" in shown.stderr


def test_a_type_is_a_change_of_columns_down_to_the_last_reader(shop: Command) -> None:
    rewrite(Path("seeknal/sources/orders.yml"), '"decimal(10,2)"', "double")
    found = checked(shop)
    assert {node["status"] for node in found.values()} == {"columns"}
    amount = {"scope": "columns", "what": "`amount`", "before": "decimal(10,2)", "after": "double"}
    assert found["source.orders"]["columns"] == [amount]
    # Its text is the same: only the types say what happened upstream.
    assert found["transform.scored_orders"]["columns"] == [amount]
    assert found["transform.scored_orders"]["changes"] == []


def test_nodes_come_and_go(shop: Command) -> None:
    text = SCORED.read_text()
    Path("seeknal/transforms/again.yml").write_text(text.replace("scored_orders", "again"))
    Path("seeknal/second_order_aggregations/customer_trend.yml").unlink()
    found = checked(shop)
    assert {id: node["status"] for id, node in found.items()} == {
        "transform.again": "new",
        TREND: "gone",
    }
    shop("compile", "--update")
    assert checked(shop, code=0) == {}
    assert not list(FOLDER.glob("second_order*"))


def test_files_of_others_are_left_alone(shop: Command) -> None:
    (FOLDER / "mine.sql").write_text("SELECT 1")
    assert checked(shop, code=0) == {}
    shop("compile", "--update")
    assert (FOLDER / "mine.sql").exists()


@pytest.mark.parametrize("data", [b"\xff\xfe", b"/* a */\nSELECT FROM WHERE\n"])
def test_a_file_that_cannot_be_read_is_said_to_be(shop: Command, data: bytes) -> None:
    (FOLDER / "transform.scored_orders.sql").write_bytes(data)
    found = checked(shop)["transform.scored_orders"]
    assert found["status"] == "unreadable"
    assert found["reason"]


def test_a_lost_list_of_columns_is_a_difference(shop: Command) -> None:
    (FOLDER / "source.orders.columns.txt").unlink()
    assert checked(shop)["source.orders"]["status"] == "columns"


def test_an_assertion_is_held_too(shop: Command) -> None:
    rewrite(FOLDER / f"{TREND}.assert.sql", "LIMIT 5", "LIMIT 6")
    found = checked(shop)[TREND]
    assert found["status"] == "meaning"
    assert found["changes"][0]["scope"].startswith("assertion `ambiguous-as-of`")
    (FOLDER / f"{TREND}.assert.sql").unlink()
    assert checked(shop)[TREND]["changes"][0]["scope"] == "assertions"


def test_nodes_that_are_named_are_checked_alone(shop: Command) -> None:
    rewrite(SCORED, "FROM ref('source.orders')", "FROM ref('source.orders') WHERE amount > 3")
    (FOLDER / "transform.old.sql").write_text("/* transform.old | x | duckdb */\nSELECT 1")
    assert checked(shop, "orders", "customer_trend", code=0) == {}
    shop("compile", "--update", "scored_orders")
    assert checked(shop).keys() == {"transform.old"}


def test_every_dialect_has_its_folder(shop: Command) -> None:
    done = shop("compile", "--check", "--dialect", "duckdb,postgres", code=1)
    assert "postgres: 3 of 3 nodes differ" in done.stdout
    assert "duckdb: 3 nodes compile to" in done.stdout
    shop("compile", "--update", "--dialect", "postgres")
    shop("compile", "--check", "--dialect", "duckdb", "--dialect", "postgres")


def test_the_project_names_its_dialects(shop: Command) -> None:
    project = Path("seeknal_project.yml")
    project.write_text(project.read_text() + "dialects: [postgres]\n")
    shop("compile", "--update")
    assert Path("target/compiled/postgres/source.orders.sql").exists()
    assert "postgres: 3 nodes" in shop("compile", "--check").stdout
    rewrite(project, "[postgres]", "[postgress]")
    assert "did you mean `postgres`?" in shop("compile", "--check", code=1).stderr


def test_another_folder(shop: Command) -> None:
    shop("compile", "--update", "--against", "snapshots")
    assert Path("snapshots/duckdb/source.orders.sql").exists()
    shop("compile", "--check", "--against", "snapshots")
    shop("compile", "-o", "sql")
    shop("compile", "--check", "--against", "sql")


def test_the_day_of_snapshots_is_the_same_on_every_day(shop: Command) -> None:
    rewrite(SCORED, "DATE '2026-01-15'", "DATE '{{ today }}'")
    done = shop("compile", "--check", code=1)
    assert "error[needs-date]" in done.stderr
    shop("compile", "--check", "source.orders")
    shop("compile", "--update", "--date", "2026-02-01")
    shop("compile", "--check", "--date", "2026-02-01")
    project = Path("seeknal_project.yml")
    project.write_text(project.read_text() + 'snapshot_date: "2026-02-01"\n')
    shop("compile", "--check")
    assert "2026-02-01" in (FOLDER / "transform.scored_orders.sql").read_text()
    rewrite(project, "2026-02-01", "2026-02-31")
    assert "is not a day" in shop("compile", "--check", code=1).stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--check", "--update"),
        ("--against", "x"),
        ("--check", "--inline"),
        ("--check", "-o", "sql"),
        ("--dialect", "postgress"),
    ],
)
def test_what_makes_no_sense_is_refused(shop: Command, arguments: tuple[str, ...]) -> None:
    shop("compile", *arguments, code=2)


def test_git_keeps_what_is_compiled_and_nothing_else(shop: Command) -> None:
    shop("run")
    subprocess.run(["git", "init", "-q", "."], check=True)
    subprocess.run(["git", "add", "."], check=True)
    listed = subprocess.run(["git", "ls-files", "target"], capture_output=True, text=True)
    files = listed.stdout.split()
    assert "target/compiled/duckdb/source.orders.sql" in files
    assert all(file.startswith("target/compiled/") for file in files)


# -- statements beside each other ------------------------------------------------------------

OLD = (
    "WITH d AS (SELECT a, SUM(b) AS s FROM t WHERE a > 1 AND c IS NULL GROUP BY a) "
    "SELECT d.a, s + 1 AS total FROM d JOIN (SELECT * FROM u WHERE z = 1) AS q ON q.a = d.a"
)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("SUM(b)", "MAX(b)", [("CTE `d`", "column `s`", "SUM(b)", "MAX(b)")]),
        ("a > 1", "a >= 1", [("CTE `d`", "condition", "a > 1", "a >= 1")]),
        (" AND c IS NULL", "", [("CTE `d`", "condition", "c IS NULL", None)]),
        ("GROUP BY a", "GROUP BY a, c", [("CTE `d`", "GROUP BY", "GROUP BY a", "GROUP BY a, c")]),
        ("z = 1", "z = 2", [("subquery `q`", "condition", "z = 1", "z = 2")]),
        (
            "ON q.a = d.a",
            "ON q.a = d.s",
            [
                (
                    "the statement",
                    "the join of `q`",
                    "JOIN q ON q.a = d.a",
                    "JOIN q ON q.a = d.s",
                )
            ],
        ),
        ("s + 1 AS total", "s + 1 AS t", None),
        ("d.a, s + 1 AS total", "s + 1 AS total, d.a", None),
        ("WITH d", "WITH e AS (SELECT 1 AS x), d", [("CTE `e`", "", None, "")]),
        ("a > 1 AND c IS NULL", "c IS NULL AND a > 1", None),
        ("SELECT a, SUM", "SELECT /* why */ a,\n  sum", []),
    ],
)
def test_a_difference_is_said_where_it_is(
    old: str, new: str, expected: list[tuple[str, str, str | None, str | None]] | None
) -> None:
    assert old in OLD
    found = changes(OLD, OLD.replace(old, new), "duckdb")
    if expected is None:
        assert found
    else:
        assert found == [Change(*each) for each in expected]


def test_branches_of_a_union_and_tables_to_load() -> None:
    found = changes(
        "SELECT 1 AS a UNION ALL SELECT 2 AS a", "SELECT 1 AS a UNION ALL SELECT 3 AS a", "duckdb"
    )
    assert found == [Change("branch 2", "column `a`", "2", "3")]
    found = changes("CREATE TABLE t (a TEXT)", "CREATE TABLE t (a DATE)", "postgres")
    assert found == [Change("the statement", "column `a`", "a TEXT", "a DATE")]


def test_variables_of_psql_are_read() -> None:
    sql = "SELECT CAST(:'as_of' AS DATE) AS a, x::TEXT AS b, 'c:' AS c, 'd' AS d"
    assert changes(sql, sql.replace(", ", ",\n"), "postgres") == []
    before, after = "CAST(:'as_of' AS DATE)", "CAST(:'day' AS DATE)"
    found = changes(sql, sql.replace("as_of", "day"), "postgres")
    assert found == [Change("the statement", "column `a`", before, after)]


def test_texts_differ_by_case_and_names_in_quotes_too() -> None:
    assert changes("SELECT 'A'", "SELECT 'a'", "duckdb")
    assert changes('SELECT "A"', 'SELECT "a"', "duckdb")


def test_no_sql_is_said_to_be_none() -> None:
    with pytest.raises(Unreadable, match="line 2"):
        changes("SELECT 1", "SELECT 1\nFROM FROM", "duckdb")


def test_columns_of_any_name_are_read_back() -> None:
    text = '# columns of a | b | c\na int64\n"b c" decimal(1,0)\n"\\"" STRUCT(a INT)\n'
    assert read_columns(text) == {"a": "int64", "b c": "decimal(1,0)", '"': "STRUCT(a INT)"}

"""The commands on a project that `seeknal init --example` makes: what they print and write."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

import seeknal
from seeknal.cli import COMMANDS, main
from seeknal.runtime.duckdb_engine import DuckDBEngine
from tests.handmade import query

Command = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command line in an empty folder; a crash is a failure of the test."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, code: int = 0) -> Result:
        done = CliRunner().invoke(main, arguments, catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done

    return call


@pytest.fixture
def shop(command: Command) -> Command:
    """The same, in the example project."""
    command("init", "--name", "shop", "--example")
    return command


def rewrite(file: str, old: str, new: str) -> None:
    path = Path(file)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


TREND = "seeknal/second_order_aggregations/customer_trend.yml"
SCORED = "seeknal/transforms/scored_orders.yml"

# By hand: as of 15 January the orders of CUST-100 are 13 and 6 days old, those of CUST-101 12 and
# 1, that of CUST-102 0. The last week is days 0 to 6, the week before days 7 to 13.
EXPECTED = [
    ("CUST-100", 65.50, 2, 25.50, 25.50 / 40),
    ("CUST-101", 200.0, 2, 80.0, 80 / 120),
    ("CUST-102", 15.75, 1, 15.75, None),
]


def test_the_example_runs_and_its_features_are_right(shop: Command) -> None:
    shop("run")
    path = "target/intermediate/second_order_aggregation_customer_trend.parquet"
    columns = ", ".join(
        f'CAST("{name}" AS DOUBLE)'
        for name in (
            "amount_SUM",
            "amount_COUNT",
            "amount_SUM_0_6",
            "amount_SUM0_6_SUM7_13",
        )
    )
    assert query(f"SELECT customer_id, {columns} FROM '{path}' ORDER BY ALL") == EXPECTED


def test_init_writes_what_a_project_needs(command: Command) -> None:
    done = command("init", "-n", 'a "b": c', "-d", "l'été # 1", "--path", "new/shop")
    root = Path("new/shop")
    project = yaml.safe_load((root / "seeknal_project.yml").read_text())
    assert project == {
        "name": 'a "b": c',
        "version": "1.0.0",
        "profile": "default",
        "config-version": 1,
        "state_backend": "file",
        "description": "l'été # 1",
    }
    assert (root / "seeknal" / "sources").is_dir()
    assert (root / "target" / "intermediate").is_dir()
    assert "cd new/shop" in done.output


def test_init_replaces_only_the_project_file(shop: Command) -> None:
    Path("profiles.yml").write_text("mine")
    Path(SCORED).write_text("mine")
    done = shop("init", "--name", "again", code=1)
    assert "error[project-exists]" in done.output
    shop("init", "--name", "again", "--force", "--example")
    assert yaml.safe_load(Path("seeknal_project.yml").read_text())["name"] == "again"
    assert Path("profiles.yml").read_text() == "mine"
    assert Path(SCORED).read_text() == "mine"


def test_init_ignores_what_runs_write_and_not_what_is_compiled(command: Command) -> None:
    command("init")
    lines = Path(".gitignore").read_text().splitlines()
    assert lines[:2] == ["target/*", "!target/compiled/"]


def test_init_adds_to_an_existing_gitignore(command: Command) -> None:
    Path(".gitignore").write_text("*.log\ntarget/")
    command("init")
    assert Path(".gitignore").read_text() == "*.log\ntarget/\nprofiles.yml\n.env\n__pycache__/\n"


def test_compile_of_a_node_prints_its_sql_and_nothing_else(shop: Command) -> None:
    shop("run")
    done = shop("compile", "customer_trend")
    assert done.stderr == ""
    assert done.stdout.startswith("/* second_order_aggregation.customer_trend | ")
    upstream = "FROM 'target/intermediate/transform_scored_orders.parquet'"
    rows = query(f"WITH transform_scored_orders AS ({upstream}) FROM ({done.stdout})")
    assert len(rows) == 3


def test_compile_of_several_nodes_separates_the_statements(shop: Command) -> None:
    done = shop("compile", "orders", "scored_orders")
    first, second, rest = done.stdout.split("\n;\n")
    assert first.startswith("/* source.orders |")
    assert second.startswith("\n/* transform.scored_orders |")
    assert rest == ""


def test_compile_writes_a_file_a_node(shop: Command) -> None:
    done = shop("compile")
    folder = Path("target/compiled/duckdb")
    assert {file.name for file in folder.iterdir()} == {
        "source.orders.sql",
        "source.orders.assert.sql",
        "source.orders.columns.txt",
        "transform.scored_orders.sql",
        "transform.scored_orders.columns.txt",
        "second_order_aggregation.customer_trend.sql",
        "second_order_aggregation.customer_trend.assert.sql",
        "second_order_aggregation.customer_trend.columns.txt",
    }
    printed = shop("compile", "customer_trend").stdout
    assert (folder / "second_order_aggregation.customer_trend.sql").read_text() == printed
    assert done.output.startswith(
        "compiled 3 nodes for duckdb into target/compiled/duckdb: 8 files"
    )
    promises = (folder / "second_order_aggregation.customer_trend.assert.sql").read_text()
    assert "ambiguous-as-of" in promises
    assert promises.endswith(";\n")


def test_compile_again_writes_only_what_changed(shop: Command) -> None:
    shop("compile")
    folder = Path("target/compiled/duckdb")
    before = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert "0 files written, 8 unchanged" in shop("compile").output
    rewrite(TREND, "basic: [sum, count]", "basic: [sum, max]")
    shop("compile")
    after = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert {name for name in after if after[name] != before[name]} == {
        "second_order_aggregation.customer_trend.sql",
        "second_order_aggregation.customer_trend.columns.txt",
    }


def test_compile_removes_the_files_of_nodes_that_are_gone(shop: Command) -> None:
    shop("compile", "-o", "sql")
    Path("sql/mine.sql").write_text("SELECT 1\n")
    Path(TREND).unlink()
    assert "3 files removed" in shop("compile", "-o", "sql").output
    assert {file.name for file in Path("sql").iterdir()} == {
        "mine.sql",
        "source.orders.sql",
        "source.orders.assert.sql",
        "source.orders.columns.txt",
        "transform.scored_orders.sql",
        "transform.scored_orders.columns.txt",
    }


def test_compile_of_a_node_into_a_folder_leaves_the_others(shop: Command) -> None:
    shop("compile", "-o", "sql")
    Path("sql/transform.scored_orders.sql").unlink()
    assert "1 file written, 1" in shop("compile", "scored_orders", "-o", "sql").output
    assert len(list(Path("sql").iterdir())) == 8


def test_an_inline_statement_reads_no_other_node(shop: Command) -> None:
    done = shop("compile", "customer_trend", "--inline")
    rows = query(done.stdout)
    assert len(rows) == 3


def test_another_dialect(shop: Command) -> None:
    done = shop("compile", "customer_trend", "--dialect", "postgres")
    assert "DATE_DIFF" not in done.stdout
    assert done.stdout.splitlines()[0].endswith("| postgres */")


@pytest.mark.parametrize("stage", ["document", "spec", "model", "plan", "sql"])
def test_every_stage_can_be_seen(shop: Command, stage: str) -> None:
    done = shop("compile", "customer_trend", "--stage", stage)
    assert "customer_trend" in done.stdout


def test_explain_says_which_shape_and_why(shop: Command) -> None:
    lines = shop("compile", "customer_trend", "--explain").stdout.splitlines()
    assert lines[0] == "second_order_aggregation.customer_trend"
    assert all(line.startswith("  ") for line in lines[1:])


def test_compile_as_json(shop: Command) -> None:
    (node,) = json.loads(shop("compile", "customer_trend", "--json").stdout)["nodes"]
    assert node["inputs"] == ["transform.scored_orders"]
    assert [column["name"] for column in node["columns"]] == [
        "customer_id",
        "amount_SUM",
        "amount_COUNT",
        "amount_SUM_0_6",
        "amount_SUM0_6_SUM7_13",
    ]
    assert node["assertions"][0]["code"] == "ambiguous-as-of"


def test_findings_go_to_stderr_and_stop_the_command(shop: Command) -> None:
    rewrite(SCORED, "FROM ref('source.orders')", "FROM ref('source.order')")
    for command in ("compile", "plan", "run", "list"):
        done = shop(command, code=1)
        assert "error[" in done.stderr
        assert "did you mean `source.orders`?" in done.stderr
        assert done.stderr.rstrip().endswith("stopped: 1 error")
        assert done.stdout == ""
    found = json.loads(shop("run", "--json", code=1).stdout)["findings"]
    assert [finding["severity"] for finding in found] == ["error"]


def test_plan_shows_order_reasons_and_changes(shop: Command) -> None:
    first = shop("plan").output
    assert "this is the first plan" in first
    assert "  RUN     source.orders                            never run\n" in first
    assert first.endswith("Total: 3 nodes, 3 to run\n")
    shop("run")
    rewrite(TREND, "basic: [sum, count]", "basic: [sum, max]")
    rewrite(SCORED, "order_date,", "order_date, order_id,")
    Path("seeknal/transforms/big.yml").write_text(
        "kind: transform\nname: big\ninputs: [{ref: source.orders}]\n"
        "transform: SELECT * FROM ref('source.orders') WHERE amount > 100\n"
    )
    second = shop("plan").output
    assert "[NEW] + transform.big\n" in second
    assert "[CHANGED - rebuild this node] transform.scored_orders\n" in second
    assert "      column order_id added\n" in second
    assert "[BREAKING - rebuilds downstream] second_order_aggregation.customer_trend\n" in second
    assert "      column amount_COUNT removed\n" in second
    assert "  CACHED  source.orders\n" in second
    Path("seeknal/transforms/big.yml").unlink()
    rewrite(TREND, "kind:", "owner: risk\nkind:")
    third = shop("plan").output
    assert "[REMOVED] - transform.big\n" in third
    assert "[METADATA] second_order_aggregation.customer_trend\n      owner changed\n" in third
    assert "none since the last plan" in shop("plan").output


def test_the_manifest_has_the_graph(shop: Command) -> None:
    shop("plan")
    manifest = json.loads(Path("target/manifest.json").read_text())
    assert manifest["metadata"]["project"] == "shop"
    assert manifest["edges"] == [
        {"from": "source.orders", "to": "transform.scored_orders", "type": "dependency"},
        {
            "from": "transform.scored_orders",
            "to": "second_order_aggregation.customer_trend",
            "type": "dependency",
        },
    ]
    node = manifest["nodes"]["source.orders"]
    assert (node["name"], node["type"], node["file_path"]) == (
        "orders",
        "source",
        "seeknal/sources/orders.yml",
    )
    assert node["columns"]["amount"] == "decimal(10,2)"
    assert node["config"]["table"] == "data/orders.csv"


def test_run_prints_a_line_a_node_and_a_summary(shop: Command) -> None:
    lines = shop("run", "--run-id", "r1", "--date", "2026-01-15").stdout.splitlines()
    assert lines[:4] == [
        "Seeknal Pipeline Execution",
        "  Project: shop",
        "  Mode: Incremental",
        "  Run: r1, as of 2026-01-15",
    ]
    assert next(line for line in lines if "SUCCESS in" in line).startswith("1/3: source.orders ")
    for line in ("Execution Summary", "  Total nodes: 3", "  Executed: 3", "  Failed: 0"):
        assert line in lines
    again = shop("run").stdout
    assert again.count("[CACHED]") == 3
    assert "  Executed: 0\n" in again


@pytest.mark.parametrize(
    ("as_of", "shown"),
    [("2026-01-15", "2026-01-15"), ("2026-01-15 12:30:00", "2026-01-15 12:30:00")],
)
def test_run_says_the_time_that_it_was_given(shop: Command, as_of: str, shown: str) -> None:
    lines = shop("run", "--run-id", "r1", "--as-of", as_of).stdout.splitlines()
    assert lines[3] == f"  Run: r1, as of {shown}"


def test_a_dry_run_writes_nothing(shop: Command) -> None:
    done = shop("run", "--dry-run", "--full")
    assert "RUN     source.orders" in done.output
    assert not Path("target/run_state.json").exists()


def test_words_may_be_lists_and_repeated(shop: Command) -> None:
    done = shop("run", "-n", "orders, scored_orders", "--nodes", "customer_trend", "--dry-run")
    assert "Total: 3 nodes, 3 to run" in done.output
    done = shop("run", "--types", "second-order-aggregation", "--dry-run")
    assert "RUN     transform.scored_orders                  never run" in done.output


def test_a_node_that_is_needed_says_why_it_runs(shop: Command) -> None:
    done = shop("run", "--types", "transform")
    assert "(needed by a selected node, never run)" in done.stdout


def test_unknown_words_are_errors(shop: Command) -> None:
    done = shop("run", "--nodes", "order,nope", "--tags", "daily", code=1)
    assert "did you mean `orders`?" in done.stderr
    assert "error[unknown-tag]" in done.stderr
    assert "stopped: 3 errors" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--full", "--nodes", "orders"),
        ("run", "--full", "--tags", "x"),
        ("run", "--date", "01/02/2026"),
        ("run", "--params", "{"),
        ("run", "--params", "[1]"),
        ("compile", "--dialect", "oracle"),
        ("nope",),
    ],
)
def test_a_wrong_command_line_exits_with_2(shop: Command, arguments: tuple[str, ...]) -> None:
    shop(*arguments, code=2)


def test_outside_a_project_the_help_is_init(command: Command) -> None:
    assert "seeknal init" in command("run", code=2).stderr


def test_a_project_is_found_from_below(shop: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("seeknal/sources")
    assert "3 nodes" in shop("list").output


def test_a_failed_run_says_where_and_exits_with_1(shop: Command) -> None:
    rewrite(SCORED, "amount\n", "CAST(customer_id AS BIGINT) AS amount\n")
    done = shop("run", code=1)
    assert "transform.scored_orders" in done.stdout
    assert "FAILED:" in done.stdout
    assert "SKIPPED: transform.scored_orders failed" in done.stdout
    assert "Log: target/logs/run_" in done.stdout
    assert f"{SCORED}:2:7: error[bad-value]: the value 'CUST-100' does not convert" in done.stderr
    report = json.loads(Path("target/run_report.json").read_text())
    assert report["status"] == "failed"
    assert [node["status"] for node in report["nodes"]] == ["success", "failed", "skipped"]


def test_a_missing_data_file_is_found_before_anything_runs(shop: Command) -> None:
    Path("data/orders.csv").rename("data/order.csv")
    done = shop("run", code=1)
    assert done.stdout == ""
    assert done.stderr.startswith("seeknal/sources/orders.yml:5:8: error[missing-file]: ")
    assert "did you mean `order.csv` in the same folder?" in done.stderr


def test_two_dates_for_one_id_are_an_error_that_names_it(shop: Command) -> None:
    rewrite(SCORED, "DATE '2026-01-15' AS", "order_date AS")
    done = shop("run", code=1)
    assert "error[ambiguous-as-of]" in done.stderr
    assert "CUST-100" in done.stderr
    assert "grain: [customer_id, application_date]" in done.stderr


def test_parameters_and_dates_reach_the_sql(shop: Command) -> None:
    rewrite(SCORED, "DATE '2026-01-15' AS", "DATE '{{ run_date }}' AS")
    rewrite(
        SCORED, "FROM ref('source.orders')", "FROM ref('source.orders') WHERE amount > {{ least }}"
    )
    rewrite(SCORED, "kind:", "params: {least: 0}\nkind:")
    shop("run", "--date", "2026-01-10", "--params", '{"least": 100}')
    rows = query("FROM 'target/intermediate/transform_scored_orders.parquet'")
    assert [(row[0], str(row[2])) for row in rows] == [("CUST-101", "2026-01-10")]
    done = shop("plan", "--date", "2026-01-11", "--params", '{"least": 100}')
    assert "RUN     transform.scored_orders                  SQL changed" in done.output


def test_ctrl_c_keeps_what_is_done_and_exits_with_130(
    shop: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = DuckDBEngine.write

    def interrupted(
        self: DuckDBEngine, sql: str, file: Path, *, ordered: bool, keys: tuple[str, ...]
    ) -> int:
        if "transform" in file.name:
            raise KeyboardInterrupt
        return write(self, sql, file, ordered=ordered, keys=keys)

    monkeypatch.setattr(DuckDBEngine, "write", interrupted)
    done = shop("run", code=130)
    assert "INTERRUPTED" in done.stdout
    assert "NOT RUN: the run was interrupted" in done.stdout
    monkeypatch.setattr(DuckDBEngine, "write", write)
    assert "source.orders                            [CACHED]" in shop("run").stdout


def test_a_damaged_state_is_a_warning_and_everything_runs(shop: Command) -> None:
    shop("run")
    Path("target/run_state.json").write_text("{")
    done = shop("run")
    assert "warning[unreadable-state]" in done.stderr
    assert "  Executed: 3" in done.stdout


def test_list_shows_columns_rows_and_tags(shop: Command) -> None:
    rewrite(SCORED, "kind:", "tags: [daily, risk]\nkind:")
    assert "never run" in shop("list").output
    shop("run")
    lines = shop("list").output.splitlines()
    assert lines[0].split() == ["node", "columns", "rows", "tags"]
    assert lines[2].split() == ["transform.scored_orders", "4", "5", "daily", "risk"]
    assert lines[-1] == "3 nodes"
    assert [node["id"] for node in json.loads(shop("list", "sources", "--json").stdout)] == [
        "source.orders"
    ]
    assert "did you mean `transform`?" in shop("list", "transfrom", code=1).stderr


def test_inspect_shows_rows_columns_and_results(shop: Command) -> None:
    assert "no results yet" in shop("inspect").output
    assert "error[no-results]" in shop("inspect", "orders", code=1).stderr
    shop("run")
    rows = shop("inspect", "orders", "--limit", "2").output.splitlines()
    assert rows[0].split() == ["order_id", "customer_id", "order_date", "amount"]
    assert rows[1].split() == ["1", "CUST-100", "2026-01-02", "40.00"]
    assert rows[-1] == "source.orders: 2 of 5 rows"
    schema = shop("inspect", "source.orders", "--schema").output
    assert "amount       DECIMAL(10,2)\n" in schema
    assert "source.orders" in shop("inspect", "--list").output
    assert "did you mean `orders`?" in shop("inspect", "order", code=1).stderr
    assert json.loads(shop("inspect", "orders", "--json", "-l", "1").stdout) == [
        {
            "order_id": 1,
            "customer_id": "CUST-100",
            "order_date": "2026-01-02",
            "amount": 40.0,
        }
    ]


def test_info_names_the_versions_and_the_project(shop: Command) -> None:
    shop("run", "--run-id", "r1")
    facts: Mapping[str, str] = json.loads(shop("info", "--json").stdout)
    assert facts["seeknal"] == seeknal.__version__
    assert facts["last run"] == "r1, 3 nodes on record"


@pytest.mark.parametrize("name", ["init", "compile", "plan", "run", "list", "inspect", "info"])
def test_every_help_teaches_by_example(command: Command, name: str) -> None:
    assert f"  seeknal {name}" in command(name, "--help").output


def test_the_module_runs_as_the_command_does(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "seeknal.cli", "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"seeknal, version {seeknal.__version__}\n"


def test_every_command_is_listed_and_loads() -> None:
    listed = CliRunner().invoke(main, ["--help"]).output
    for name, entry in COMMANDS.items():
        assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0
        assert (f"  {name} " in listed) == bool(entry.help)


@pytest.mark.parametrize(
    "word, said",
    [("complie", "No command 'complie'. Did you mean 'compile'?"), ("q", "No command 'q'.\n")],
)
def test_a_command_that_does_not_exist_names_the_nearest(word: str, said: str) -> None:
    done = CliRunner().invoke(main, [word])
    assert done.exit_code == 2
    assert said in done.output


@pytest.mark.parametrize(
    "arguments, code, said",
    [
        (["--version"], 0, "seeknal, version"),
        (["list"], 0, "transform.scored_orders"),
        (["compile", "transform.scored_ordrs"], 1, "error[unknown-node]"),
        (["list", "--no-such-option"], 2, "No such option"),
    ],
)
def test_the_script_prints_all_and_leaves_with_the_code(
    tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    made = CliRunner().invoke(main, ["init", "--path", str(tmp_path), "--example"])
    assert made.exit_code == 0
    done = subprocess.run(
        [sys.executable, "-c", "from seeknal.cli import start; start()", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert said in done.stdout + done.stderr

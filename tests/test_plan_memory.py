"""What a command remembers of an unchanged project, and all that makes it compile again."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seeknal.compiler import build
from seeknal.compiler.artifact import Artifact
from seeknal.compiler.run_forms import Adapted, Form
from seeknal.compiler.types import INT64, Column
from seeknal.runtime.form_memory import form_of
from seeknal.runtime.record_files import load_record, save_record
from tests.processes import plain_environ
from tests.python_projects import ORDERS_CSV, Shop, shop

TOTALS = """\
    kind: second_order_aggregation
    name: totals
    id_col: customer_id
    feature_date_col: order_date
    application_date_col: seen_at
    source: transform.big
    features:
      amount:
        basic: [sum]
"""
BIG = """\
    kind: transform
    name: big
    inputs: [{ref: source.orders}]
    transform: |
      SELECT *, CAST('{{ env:REGION }}' AS VARCHAR) AS region, DATE '{{ run_date }}' AS seen_at
      FROM ref('source.orders') WHERE amount >= {{ least }}
"""
PROJECT = """\
    name: shop
    version: "1.0.0"
    vars: {least: 30}
"""
TRAINING = """\
    kind: training_set
    name: training
    spine: {ref: source.asked, as_of: at}
    joins:
      - ref: source.scores
        on: [k]
        event_time: ts
        unique: true
        features: [score]
"""


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How often a project was compiled since this was last asked."""
    times = []
    real = build.compile_project

    def compile_project(*arguments: Any, **named: Any) -> build.Compilation:
        times.append(arguments)
        return real(*arguments, **named)

    monkeypatch.setattr(build, "compile_project", compile_project)

    def since() -> int:
        count = len(times)
        times.clear()
        return count

    return since


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Four orders, those of at least 30, and a total a customer."""
    monkeypatch.setenv("REGION", "north")
    made = shop(tmp_path / "shop")
    made.write("seeknal_project.yml", PROJECT)
    made.write("seeknal/big.yml", BIG)
    made.write("seeknal/totals.yml", TOTALS)
    made.write("macros/mine.sql", "{% macro twice(x) %}2 * {{ x }}{% endmacro %}\n")
    return made


def totals(project: Shop) -> dict[str, float]:
    found = project.rows("second_order_aggregation.totals", 'customer_id, "amount_SUM"')
    return {str(key): float(total) for key, total in found}


def test_an_unchanged_project_is_not_compiled_again(
    project: Shop, compiled: Callable[[], int]
) -> None:
    first = project.ok()
    assert compiled() == 1
    again = project.ok()
    assert compiled() == 0
    assert set(again.statuses.values()) == {"cached"}
    whole = project.ok("--full")
    assert compiled() == 0
    assert whole.statuses == first.statuses
    assert totals(project) == {"a": 40.0, "b": 200.0}


def test_a_command_of_an_unchanged_project_loads_no_compiler(project: Shop) -> None:
    words = ["run", "--full", "--date", "2026-01-31", "--project-path", str(project.root)]
    code = f"from seeknal.cli import main; main({words}, standalone_mode=False)"
    code += "; import sys; print(*sys.modules)"

    def loaded() -> set[str]:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**plain_environ(), "REGION": "north"},
            capture_output=True,
            text=True,
            check=True,
        )
        return set(done.stdout.split())

    assert {"sqlglot", "yaml"} <= loaded()
    assert not loaded() & {"sqlglot", "yaml", "jinja2", "jsonschema", "seeknal.compiler.build"}


def edit(file: str, old: str, new: str) -> Callable[[Shop], None]:
    def change(project: Shop) -> None:
        path = project.root / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (edit("seeknal/big.yml", ">= {{ least }}", "> 50"), {"b": 200.0}),
        (edit("seeknal_project.yml", "30", "100"), {"b": 120.0}),
        (edit("data/orders.csv", "40.0", "41.0"), {"a": 41.0, "b": 200.0}),
        (edit("macros/mine.sql", "2 *", "3 *"), {"a": 40.0, "b": 200.0}),
        (
            lambda project: project.write("seeknal/other.yml", BIG.replace("big", "other")),
            {"a": 40.0, "b": 200.0},
        ),
    ],
    ids=["spec", "project file", "data", "macro", "another spec"],
)
def test_what_a_project_comes_from_compiles_it_again(
    project: Shop,
    compiled: Callable[[], int],
    change: Callable[[Shop], None],
    expected: Mapping[str, float],
) -> None:
    project.ok()
    compiled()
    change(project)
    project.ok()
    assert compiled() == 1
    assert totals(project) == expected
    project.ok()
    assert compiled() == 0


@pytest.mark.parametrize(
    "words",
    [("--date", "2026-02-01"), ("--params", '{"least": 100}'), ("--strict",)],
    ids=["date", "parameter", "strict"],
)
def test_what_a_command_asks_compiles_it_again(
    project: Shop, compiled: Callable[[], int], words: tuple[str, ...]
) -> None:
    project.ok()
    compiled()
    project.ok(*words)
    assert compiled() == 1
    project.ok(*words)
    assert compiled() == 0


def test_a_variable_of_the_environment_compiles_it_again(
    project: Shop, compiled: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    project.ok()
    compiled()
    monkeypatch.setenv("REGION", "south")
    project.ok()
    assert compiled() == 1
    assert {row[0] for row in project.rows("transform.big", "region")} == {"south"}


def test_a_project_that_was_moved_is_compiled_again(
    project: Shop, compiled: Callable[[], int]
) -> None:
    project.write("seeknal/big.yml", BIG.replace("env:REGION", "workspace_path"))
    project.ok()
    compiled()
    moved = replace(project, root=project.root.with_name("moved"))
    shutil.move(project.root, moved.root)
    moved.ok()
    assert compiled() == 1
    assert {row[0] for row in moved.rows("transform.big", "region")} == {str(moved.root)}


def test_another_compiler_compiles_it_again(
    project: Shop, compiled: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    project.ok()
    compiled()
    monkeypatch.setattr("seeknal.compiler.checked.toolchain", lambda: "another")
    project.ok()
    assert compiled() == 1


def test_columns_of_files_of_a_glob_compile_it_again(
    tmp_path: Path, compiled: Callable[[], int]
) -> None:
    """Of files that no schema declares the columns count, whichever file comes first."""
    made = shop(tmp_path)
    made.write(
        "seeknal/days.yml", "kind: source\nname: days\nsource: csv\ntable: data/days/*.csv\n"
    )
    made.write("data/days/2.csv", "id\n1\n")
    made.ok()
    compiled()
    made.write("data/days/1.csv", "id,more\n1,2\n")
    made.write("data/days/2.csv", "id,more\n1,2\n")
    made.ok()
    assert compiled() == 1
    assert made.types("source.days") == {"id": "BIGINT", "more": "BIGINT"}


def test_a_broken_contract_of_a_file_is_told_though_no_spec_has_changed(project: Shop) -> None:
    project.ok()
    project.write("data/orders.csv", ORDERS_CSV.replace("amount", "price"))
    ran = project.run()
    assert ran.exit_code == 1
    assert "error[schema-mismatch]" in ran.stderr


def test_warnings_are_shown_every_time(project: Shop, compiled: Callable[[], int]) -> None:
    project.write("seeknal/big.yml", BIG.replace("DATE '{{ run_date }}'", "CURRENT_DATE"))
    first, again = project.ok(), project.ok()
    assert compiled() == 1
    assert "warning[clock-in-sql]" in first.stderr
    assert again.stderr == first.stderr


def test_groups_as_of_the_run_are_compiled_for_another_time(
    tmp_path: Path, compiled: Callable[[], int]
) -> None:
    made = shop(tmp_path)
    made.write(
        "seeknal/pace.yml",
        """\
        kind: feature_group
        name: pace
        entity: {name: customer, join_keys: [customer_id]}
        inputs: [{ref: source.orders}]
        event_time: order_date
        features:
          orders: {agg: count_rows, windows: [30d]}
        """,
    )
    made.ok("--as-of", "2026-01-10")
    made.ok("--as-of", "2026-01-10")
    assert compiled() == 1
    made.ok("--as-of", "2026-01-25")
    assert compiled() == 1
    assert {row[0] for row in made.rows("feature_group.pace", "event_time::DATE::VARCHAR")} == {
        "2026-01-25"
    }


def test_a_spec_that_reads_the_id_of_the_run_is_compiled_every_time(
    project: Shop, compiled: Callable[[], int]
) -> None:
    project.write("seeknal/big.yml", BIG.replace("env:REGION", "run_id"))
    for name in ("one", "two"):
        project.ok("--run-id", name)
        assert compiled() == 1
        assert {row[0] for row in project.rows("transform.big", "region")} == {name}


def test_a_function_is_given_the_id_of_its_run(tmp_path: Path, compiled: Callable[[], int]) -> None:
    made = shop(tmp_path)
    made.python(
        """\
        @transform(
            name="told", inputs=["source.orders"], schema=[{"name": "r", "data_type": "string"}]
        )
        def told(ctx):
            import pandas as pd
            return pd.DataFrame({"r": [dict(ctx.params)["run" + "_id"]]})
        """
    )
    for name in ("one", "two"):
        made.ok("--full", "--run-id", name)
        assert made.rows("transform.told") == [(name,)]
    assert compiled() == 1


def test_an_empty_variable_is_not_an_absent_one(
    project: Shop, compiled: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("seeknal/big.yml", BIG.replace("env:REGION", "env:REGION|none"))
    monkeypatch.delenv("REGION")
    project.ok()
    compiled()
    monkeypatch.setenv("REGION", "")
    project.ok()
    assert compiled() == 1
    assert {row[0] for row in project.rows("transform.big", "region")} == {""}


def test_folders_that_are_links_count(project: Shop, compiled: Callable[[], int]) -> None:
    rules = project.write("../shared/rules.yml", "rules: [{id: large, value: amount > 30}]\n")
    (project.root / "seeknal" / "common").symlink_to(rules.parent)
    (rules.parent / "back").symlink_to(project.root / "seeknal")
    project.write("seeknal/big.yml", BIG.replace("amount >= {{ least }}", "{{ rules.large }}"))
    project.ok()
    compiled()
    rules.write_text(rules.read_text().replace("30", "100"))
    project.ok()
    assert compiled() == 1
    assert totals(project) == {"b": 120.0}


def test_a_module_that_comes_later_changes_a_function(
    tmp_path: Path, compiled: Callable[[], int]
) -> None:
    made = shop(tmp_path)
    made.python(
        """\
        try:
            from extras import FACTOR
        except ImportError:
            FACTOR = 1

        @transform(
            name="told", inputs=["source.orders"], schema=[{"name": "f", "data_type": "int64"}]
        )
        def told(ctx):
            import pandas as pd
            return pd.DataFrame({"f": [FACTOR]})
        """
    )
    made.ok()
    made.ok()
    assert compiled() == 1
    made.write("extras.py", "FACTOR = 7\n")
    ran = made.ok()
    assert ran.reasons["transform.told"] == "its function, or a parameter of it, changed"
    assert made.rows("transform.told") == [(7,)]


HOOK = """\
    def note(ctx):
        print("noted", {what})
"""


def test_a_hook_that_reads_the_id_of_the_run_is_called_every_time(project: Shop) -> None:
    project.write("hooks/h.py", HOOK.format(what='ctx.params["run_id"]'))
    project.write("seeknal/big.yml", BIG + "    post_hooks: [{python: 'hooks/h.py:note'}]\n")
    for name in ("one", "two", "three"):
        assert f"noted {name}" in project.ok("--run-id", name).stdout


def test_a_hook_in_a_file_that_looks_like_a_glob(project: Shop) -> None:
    project.write("hooks[v1]/h.py", HOOK.format(what="1"))
    project.write("seeknal/big.yml", BIG + "    post_hooks: [{python: 'hooks[v1]/h.py:note'}]\n")
    assert "noted 1" in project.ok().stdout
    project.write("hooks[v1]/h.py", HOOK.format(what="22"))
    assert "noted 22" in project.ok().stdout


def test_the_order_of_a_mapping_counts_where_it_is_written_out(
    project: Shop, compiled: Callable[[], int]
) -> None:
    project.ok("--params", '{"m": {"x": 1, "y": 2}}')
    compiled()
    project.ok("--params", '{"m": {"y": 2, "x": 1}}')
    assert compiled() == 1


def test_a_file_that_changes_after_it_was_read_is_read_again(
    tmp_path: Path, compiled: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = shop(tmp_path)
    made.write("seeknal/days.yml", "kind: source\nname: days\nsource: csv\ntable: data/days.csv\n")
    made.write("data/days.csv", "id\n1\n")
    real = build.resolve_project

    def resolve_project(*arguments: Any) -> object:
        model = real(*arguments)
        made.write("data/days.csv", "id,more\n1,2\n")
        return model

    monkeypatch.setattr(build, "resolve_project", resolve_project)
    made.run()
    monkeypatch.undo()
    made.ok()
    assert made.types("source.days") == {"id": "BIGINT", "more": "BIGINT"}


def test_a_project_that_changes_during_a_run_does_not_change_the_run(
    tmp_path: Path, compiled: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form that is not known is asked of the compiler, which finds another project then."""
    made = training(tmp_path)
    made.ok()
    rows = made.rows("training_set.training")
    form = made.root / "target/.cache/forms/training_set.training"
    form.unlink()
    compiled()
    counting = build.compile_project

    def edited(*arguments: Any, **named: Any) -> build.Compilation:
        made.write("seeknal/training.yml", TRAINING.replace("[score]", "[score, ts]"))
        return counting(*arguments, **named)

    monkeypatch.setattr(build, "compile_project", edited)
    made.ok("--full")
    assert compiled() == 1
    assert made.rows("training_set.training") == rows
    assert not form.exists()

    def broken(*arguments: Any, **named: Any) -> build.Compilation:
        made.write("seeknal/training.yml", "kind: [")
        return counting(*arguments, **named)

    made.write("seeknal/training.yml", TRAINING)
    monkeypatch.setattr(build, "compile_project", counting)
    made.ok("--full")
    form.unlink()
    monkeypatch.setattr(build, "compile_project", broken)
    made.ok("--full")
    assert made.rows("training_set.training") == rows


def training(root: Path) -> Shop:
    """Scores as of moments, both in parquet, where the files' statistics choose the statement."""
    made = Shop(root)
    write_scores(made, 1)
    for name, columns in (
        (
            "asked",
            "{name: id, data_type: int64}, {name: k, data_type: int64}, "
            "{name: at, data_type: timestamp}",
        ),
        (
            "scores",
            "{name: k, data_type: int64}, {name: ts, data_type: timestamp}, "
            "{name: score, data_type: double}",
        ),
    ):
        made.write(
            f"seeknal/{name}.yml",
            f"kind: source\nname: {name}\nsource: parquet\ntable: {name}.parquet\n"
            f"schema: [{columns}]\n",
        )
    made.write("seeknal/training.yml", TRAINING)
    return made


def write_scores(made: Shop, factor: int) -> None:
    import duckdb

    made.root.mkdir(exist_ok=True)
    with duckdb.connect() as connection:
        for name, select in (
            ("asked", f"i AS id, i * {factor} AS k, TIMESTAMP '2026-01-02' AS at"),
            ("scores", f"i * {factor} AS k, TIMESTAMP '2026-01-01' AS ts, i / 2 AS score"),
        ):
            connection.execute(
                f"COPY (SELECT {select} FROM range(100) t(i)) TO '{made.root / name}.parquet'"
            )


def test_a_training_set_runs_in_the_form_of_its_rows_without_compiling(
    tmp_path: Path, compiled: Callable[[], int]
) -> None:
    made = training(tmp_path)
    made.ok()
    rows = made.rows("training_set.training")
    assert len(rows) == 100
    assert compiled() == 1
    made.ok("--nodes", "training")
    assert made.rows("training_set.training") == rows
    assert compiled() == 0


def test_other_rows_have_another_form(tmp_path: Path, compiled: Callable[[], int]) -> None:
    """Keys of many digits do not fit into the integers that those before were packed into."""
    made = training(tmp_path)
    made.ok()
    form = made.root / "target/.cache/forms/training_set.training"
    before = form.read_bytes()
    write_scores(made, 10**14)
    made.ok()
    assert form.read_bytes() != before
    found = made.rows("training_set.training", "id, score")
    assert found == [(i, i / 2) for i in range(100)]


def counting(answers: Mapping[str, Mapping[str, object]]) -> tuple[Any, list[str]]:
    asked: list[str] = []

    def count(sql: str) -> Mapping[str, object]:
        asked.append(sql)
        return answers[sql]

    return count, asked


def test_a_form_is_computed_again_where_a_count_is_another(tmp_path: Path) -> None:
    made: list[object] = []

    def compute(count: Any) -> Form | None:
        made.append(found := [count("a")["n"], count("b")["n"]])
        return Adapted((), f"SELECT {found}", ())

    path = tmp_path / "form"
    count, asked = counting({"a": {"n": 1}, "b": {"n": None}})
    first = form_of(path, "project", count, compute)
    assert form_of(path, "project", count, compute) == first
    assert (made, asked) == ([[1, None]], ["a", "b", "a", "b"])
    other, asked = counting({"a": {"n": 1}, "b": {"n": 2}})
    assert form_of(path, "project", other, compute) == Adapted((), "SELECT [1, 2]", ())
    assert asked == ["a", "b"], "what was counted to compare is not counted again"
    assert form_of(path, "another project", other, compute) is not None
    assert len(made) == 3


def test_a_record_comes_back_from_its_file(tmp_path: Path) -> None:
    artifact = Artifact(
        id="source.a",
        kind="source",
        name="a",
        file="a.yml",
        dialect="duckdb",
        sql="SELECT 1",
        columns=(Column("x", INT64),),
        inputs=(),
        digest="d",
    )
    save_record(tmp_path / "file", artifact)
    assert load_record(tmp_path / "file", Artifact) == artifact
    assert load_record(tmp_path / "file", Column) is None
    assert load_record(tmp_path / "none", Artifact) is None


class Attack:
    """What calls a function where pickle reads it back."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (json.loads(os.environ["ATTACKED"]),)


def test_a_file_of_records_calls_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tmp_path / "made"
    monkeypatch.setenv("ATTACKED", json.dumps(str(made)))
    (tmp_path / "file").write_bytes(pickle.dumps(Attack()))
    assert load_record(tmp_path / "file", Artifact) is None
    assert not made.exists()
    (tmp_path / "file").write_bytes(b"\x80\x05garbage")
    assert load_record(tmp_path / "file", Artifact) is None

"""Runs of MLflow that know the node, and the versions, that they come from."""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from seeknal.cli import main
from seeknal.pipeline import PipelineContext, tracked_run_id, tracking

SOURCE = """
kind: source
name: orders
source: csv
table: orders.csv
schema:
  - {name: id, data_type: string}
  - {name: amount, data_type: int64}
"""
MODEL = """
from seeknal.pipeline import tracked_run, transform


@transform(inputs=["source.orders"], schema=[{"name": "total", "data_type": "int64"}])
def model(ctx):
    orders = ctx.ref("source.orders")
    with tracked_run(ctx) as run:
        import mlflow

        total = int(orders["amount"].sum())
        mlflow.log_param("rows", len(orders))
        mlflow.log_metric("total", total)
        mlflow.log_text("a model", "model.txt")
        if total < 0:
            raise ValueError("below zero")
    return orders[["amount"]].sum().to_frame().T.rename(columns={"amount": "total"})
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of a source and a node that tracks its run."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "seeknal").mkdir()
    (tmp_path / "seeknal_project.yml").write_text("name: shop\n")
    (tmp_path / "seeknal" / "orders.yml").write_text(SOURCE)
    (tmp_path / "seeknal" / "model.py").write_text(MODEL)
    (tmp_path / "orders.csv").write_text("id,amount\na,3\nb,4\n")
    return tmp_path


def run(project: Path) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        return CliRunner().invoke(main, ["run"], catch_exceptions=False)


def runs(project: Path, uri: str | None = None) -> list[Any]:
    """The runs of the project, the latest first."""
    ctx = PipelineContext.open(project)
    with tracking(ctx, uri) as mlflow:
        found: list[Any] = mlflow.search_runs(experiment_names=["shop"], output_format="list")
        return found


def state(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((project / "target" / "run_state.json").read_text())
    return found["nodes"]  # type: ignore[no-any-return]


def test_a_run_is_linked_to_the_versions_that_it_comes_from(project: Path) -> None:
    done = run(project)
    assert done.exit_code == 0, done.output
    assert done.stderr == ""  # MLflow tells of its tables at length
    [found] = runs(project)
    code, sql = (
        state(project)[id]["metadata"]["output"][key]
        for id, key in (("transform.model", "code"), ("source.orders", "sql"))
    )
    rows = (project / "target" / "intermediate" / "source_orders.parquet").read_bytes()
    assert found.info.run_name == "model"
    assert found.data.params == {"rows": "2"}
    assert found.data.metrics == {"total": 7.0}
    tags = {key: value for key, value in found.data.tags.items() if key.startswith("seeknal.")}
    assert tags == {
        "seeknal.node": "transform.model",
        "seeknal.code": code,
        "seeknal.sql.source.orders": sql,
        "seeknal.data.source.orders": sha256(rows).hexdigest(),
    }
    ctx = PipelineContext.open(project)
    assert tracked_run_id(ctx, "transform.model") == found.info.run_id
    assert tracked_run_id(ctx, "source.orders") is None


def test_other_code_and_other_data_are_other_versions(project: Path) -> None:
    run(project)
    (project / "orders.csv").write_text("id,amount\na,3\nb,5\n")
    run(project)
    file = project / "seeknal" / "model.py"
    file.write_text(file.read_text().replace("a model", "another model"))
    run(project)
    run(project)  # nothing has changed, so nothing is tracked
    third, second, first = runs(project)
    data = "seeknal.data.source.orders"
    assert first.data.tags[data] != second.data.tags[data] == third.data.tags[data]
    assert first.data.tags["seeknal.code"] == second.data.tags["seeknal.code"]
    assert second.data.tags["seeknal.code"] != third.data.tags["seeknal.code"]
    assert tracked_run_id(PipelineContext.open(project), "transform.model") == third.info.run_id


def test_a_run_that_fails_is_not_the_nodes(project: Path) -> None:
    run(project)
    (project / "orders.csv").write_text("id,amount\na,-3\n")
    assert run(project).exit_code == 1
    failed, good = runs(project)
    assert (failed.info.status, good.info.status) == ("FAILED", "FINISHED")
    assert tracked_run_id(PipelineContext.open(project), "transform.model") == good.info.run_id


def test_records_and_files_stay_in_the_project(project: Path) -> None:
    run(project)
    [found] = runs(project)
    assert (project / "target" / "mlflow.db").is_file()
    [file] = (project / "target" / "mlflow").rglob("model.txt")
    assert file.read_text() == "a model"
    assert found.info.artifact_uri.startswith((project / "target" / "mlflow").as_uri())
    assert not (project / "mlruns").exists()


def test_the_store_that_mlflow_is_set_to_is_used_and_left(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow

    other = f"sqlite:///{tmp_path / 'other.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", other)
    monkeypatch.chdir(tmp_path)
    assert run(project).exit_code == 0
    assert not (project / "target" / "mlflow.db").exists()
    assert mlflow.get_tracking_uri() == other
    assert len(runs(project, other)) == 1
    monkeypatch.undo()
    mlflow.set_tracking_uri(None)  # type: ignore[arg-type]


def test_without_mlflow_the_error_says_what_to_install(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    done = run(project)
    assert done.exit_code == 1
    assert "error[missing-library]: mlflow is not installed" in done.output
    assert "seeknal[mlflow]" in done.output

"""Runs of MLflow that say which version of code, SQL and data they come from.

MLflow is imported when a run is tracked, and not before. Where nothing else is set, its records
stay in the project: in `target/mlflow.db` (SQLite), and files of runs below `target/mlflow/`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from seeknal.runtime.python.errors import PythonFailed
from seeknal.runtime.python.state import PipelineState

if TYPE_CHECKING:
    from seeknal.runtime.python.context import PipelineContext

RUN_ID = "mlflow_run_id"
"""The key of `ctx.state` that holds the run of a node."""


@contextmanager
def tracking(ctx: PipelineContext, uri: str | None = None) -> Iterator[Any]:
    """MLflow, which writes to `uri` while this lasts.

    Without `uri` it is what MLflow itself is set to (`MLFLOW_TRACKING_URI`), else the project's own
    store. Raises PythonFailed where MLflow is not installed.
    """
    mlflow = _imported()
    before = mlflow.get_tracking_uri() if mlflow.is_tracking_uri_set() else None
    log = logging.getLogger("mlflow")
    level = log.level
    mlflow.set_tracking_uri(uri or before or _own_store(ctx))
    # Every first use of a store is told at length, on the stderr of the function.
    log.setLevel(logging.WARNING)
    try:
        yield mlflow
    finally:
        log.setLevel(level)
        mlflow.set_tracking_uri(before)


@contextmanager
def tracked_run(
    ctx: PipelineContext,
    experiment: str | None = None,
    *,
    name: str | None = None,
    uri: str | None = None,
) -> Iterator[Any]:
    """A run of MLflow for the function's node; yields the active run.

    Its tags are `seeknal.node`; the digests of the node's code and SQL, `seeknal.code` and
    `seeknal.sql`; and of each input its rows and the SQL that made them, `seeknal.data.<id>` and
    `seeknal.sql.<id>`. Where all goes well its id is kept in `ctx.state`, under
    `mlflow_run_id`. The experiment is the project's name unless given, the run's name the node's.
    See `tracking` for `uri`.
    """
    with tracking(ctx, uri) as mlflow:
        wanted = experiment or str(ctx.config.get("name") or "seeknal")
        run = mlflow.start_run(
            experiment_id=_experiment_id(ctx, mlflow, wanted),
            run_name=name or ctx.node_id.partition(".")[2],
            tags=run_tags(ctx),
        )
        with run:
            yield run
        ctx.state.set(RUN_ID, run.info.run_id)


def tracked_run_id(ctx: PipelineContext, node: str) -> str | None:
    """The id of the run that a node (`<kind>.<name>`) tracked last; None for none."""
    found = PipelineState(ctx.target_dir, node).get(RUN_ID)
    return None if found is None else str(found)


def run_tags(ctx: PipelineContext) -> dict[str, str]:
    """What the tags of a run say of the node, without digests that there are none of."""
    digests = ctx.node_meta.get("digests")
    found = {"seeknal.node": ctx.node_id}
    if isinstance(digests, Mapping):
        found |= {f"seeknal.{key}": digests.get(key) or "" for key in ("code", "sql")}
        for word, key in (("data", "data"), ("sql", "data_sql")):
            of_inputs = digests.get(key) or {}
            found |= {f"seeknal.{word}.{id}": digest for id, digest in of_inputs.items()}
    return {key: str(value) for key, value in found.items() if value}


def _own_store(ctx: PipelineContext) -> str:
    ctx.target_dir.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{ctx.target_dir / 'mlflow.db'}"


def _experiment_id(ctx: PipelineContext, mlflow: Any, name: str) -> str:
    found = mlflow.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    own = mlflow.get_tracking_uri() == _own_store(ctx)
    location = (ctx.target_dir / "mlflow").as_uri() if own else None
    return str(mlflow.create_experiment(name, artifact_location=location))


def _imported() -> Any:
    # MLflow tells its makers of its use; what a project runs is nobody else's to know.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    try:
        return import_module("mlflow")
    except ImportError as error:
        raise PythonFailed(
            "missing-library",
            "mlflow is not installed where the function runs",
            "install `seeknal[mlflow]`, or add it to the dependencies of the file",
        ) from error

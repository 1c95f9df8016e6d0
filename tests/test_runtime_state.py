"""The state file: what is written is read back, and what is not ours is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seeknal.runtime.files import FileStamp
from seeknal.runtime.state import (
    NodeState,
    Output,
    RunState,
    UnreadableState,
    back_up_state,
    load_state,
    save_state,
)

STATE = RunState(
    run_id="20260105_101500",
    last_run="2026-01-05T10:15:00+00:00",
    config={"full": False, "nodes": [], "types": []},
    nodes={
        "source.x": NodeState(
            status="failed",
            last_run="2026-01-05T10:15:00+00:00",
            seconds=0.25,
            version=3,
            error="no",
            output=Output(
                sql="abc",
                inputs={"source.y": "def"},
                files=(FileStamp("data/ä.csv", 10, 20, "aa"),),
                stamp=FileStamp("target/intermediate/source_x.parquet", 30, 40, "bb"),
                rows=7,
                columns=(("a", "BIGINT"),),
                rows_in=9,
                rows_dropped=2,
            ),
        ),
        "source.z": NodeState(status="failed", last_run="", seconds=0.0),
    },
)


def test_a_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "run_state.json"
    save_state(path, STATE)
    assert load_state(path) == STATE


def test_the_file_has_the_fields_that_existing_projects_read(tmp_path: Path) -> None:
    path = tmp_path / "run_state.json"
    save_state(path, STATE)
    data = json.loads(path.read_text())
    assert data["schema_version"] == "2.0"
    assert data["run_id"] == "20260105_101500"
    node = data["nodes"]["source.x"]
    assert (node["status"], node["duration_ms"], node["row_count"], node["version"]) == (
        "failed",
        250,
        7,
        3,
    )
    assert len(node["hash"]) == 64


def test_a_state_of_the_existing_tool_counts_as_never_run(tmp_path: Path) -> None:
    path = tmp_path / "run_state.json"
    path.write_text(
        '{"schema_version": "2.0", "seeknal_version": "2.13.0", "last_run": "x", "run_id": "x",'
        ' "config": {}, "nodes": {"source.x": {"hash": "aa", "last_run": "x", "status": "success",'
        ' "duration_ms": 12.5, "row_count": 3, "version": 1, "metadata": {}}}}'
    )
    assert load_state(path).output("source.x") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"schema_version": "1.0"}',
        '{"schema_version": "2.0", "run_id": "", "last_run": "", "config": {}, "nodes": {"a": 1}}',
    ],
)
def test_anything_else_is_unreadable(tmp_path: Path, text: str) -> None:
    path = tmp_path / "run_state.json"
    path.write_text(text)
    with pytest.raises(UnreadableState):
        load_state(path)


def test_no_file_is_an_empty_state(tmp_path: Path) -> None:
    assert load_state(tmp_path / "run_state.json") == RunState()


def test_one_backup_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "run_state.json"
    back_up_state(path, "0")
    for run in ("1", "2"):
        save_state(path, RunState(run_id=f"before {run}"))
        back_up_state(path, run)
    save_state(path, RunState(run_id="now"))
    (backup,) = tmp_path.glob("run_state.json.bak.*")
    assert backup.name == "run_state.json.bak.2"
    assert json.loads(backup.read_text())["run_id"] == "before 2"

"""The benchmarks still run and measure what they say: at a small size, whatever the time."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

from seeknal.compiler.build import Options, compile_project
from tests.benchmarks.scale_project import AGGREGATES, write_project

FOLDER = Path(__file__).parent


def test_compiled_sql_and_sql_by_hand_give_the_same_rows(tmp_path: Path) -> None:
    small = ["--rows", "3000", "--ids", "20", "--rounds", "1", "--sql-only"]
    command = [sys.executable, FOLDER / "second_order.py", "--data", tmp_path, *small]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The rows of all 3 results agree." in done.stdout


def test_point_in_time_joins_of_each_kind_give_the_same_rows(tmp_path: Path) -> None:
    small = ["--rows", "3000", "--rounds", "1", "--no-scale"]
    command = [sys.executable, FOLDER / "point_in_time.py", "--data", tmp_path, *small]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The rows of 4 results agree." in done.stdout
    assert "The rows of 3 results agree." in done.stdout


def test_windows_in_every_shape_give_the_same_rows(tmp_path: Path) -> None:
    small = ["--part", "0.002", "--rounds", "1", "--no-scale", "--only", "zipf"]
    command = [sys.executable, FOLDER / "windows.py", "--data", tmp_path, *small]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The rows of 4 results agree." in done.stdout


def test_the_scale_project_has_the_views_and_aggregates_it_says(tmp_path: Path) -> None:
    scale = write_project(tmp_path, views=10)
    compilation = compile_project(tmp_path, Options(run_date=date(2026, 7, 1)))
    assert compilation.findings == ()
    assert len(scale.views) == 10
    for view in scale.views:
        columns = {column.name for column in compilation.artifacts[view].columns}
        aggregates = columns - {"customer_id", "order_date", "application_date"}
        assert len(aggregates) == AGGREGATES, view


def test_the_edit_of_the_scale_project_changes_its_view(tmp_path: Path) -> None:
    scale = write_project(tmp_path, views=5)
    text = scale.edited_file.read_text()
    assert "window: [0, 6]" in text
    assert 'condition: "spend_5 > 0"' in text
    assert scale.edited in scale.views

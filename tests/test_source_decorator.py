"""`@source` as a spec: what its signature promises, the compiler reads."""

from __future__ import annotations

import inspect
from datetime import date
from pathlib import Path

import pytest

from seeknal.compiler.build import Options, compile_project
from seeknal.compiler.model import ResolvedSource
from seeknal.pipeline import source

SCHEMA = "schema=[{'name': 'id', 'data_type': 'string'}]"


@pytest.mark.parametrize(
    ("arguments", "format"),
    [
        (f"table='orders.csv', {SCHEMA}", "csv"),  # the default
        (f"source='parquet', table='orders.parquet', {SCHEMA}", "parquet"),
        (f"relation='sales.orders', {SCHEMA}", "relation"),
    ],
)
def test_a_source_is_of_csv_unless_it_says_otherwise(
    arguments: str, format: str, tmp_path: Path
) -> None:
    assert inspect.signature(source).parameters["source"].default == "csv"
    (tmp_path / "seeknal").mkdir()
    text = f"from seeknal.pipeline import source\n\n@source({arguments})\ndef orders(): ...\n"
    (tmp_path / "seeknal" / "orders.py").write_text(text, "utf-8")
    compilation = compile_project(tmp_path, Options(run_date=date(2026, 1, 31)))
    node = compilation.model.nodes["source.orders"]
    assert isinstance(node, ResolvedSource)
    assert node.spec.format == format

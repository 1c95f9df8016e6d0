"""A declarative feature group run by itself: its value as of one time."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from seeknal.compiler.build import Options, compile_project
from tests.harness import connect, execute

SOURCE = """\
kind: source
name: orders
source: csv
table: orders.csv
schema:
  - {name: customer_id, data_type: string}
  - {name: ordered_at, data_type: timestamp}
"""
GROUP = """\
kind: feature_group
name: pace
entity: customer
inputs: [{ref: source.orders}]
event_time: ordered_at
features:
  orders: {agg: count_rows, windows: [1h, 1d]}
"""
ROWS = """\
customer_id,ordered_at
A,2026-01-02 11:30:00
A,2026-01-02 11:00:00
A,2026-01-01 12:00:01
B,2026-01-01 12:00:00
C,2026-01-02 12:00:01
"""


def test_windows_of_aggregations_that_read_no_time(tmp_path: Path) -> None:
    """The times of the events decide which of them a window holds, whatever is aggregated."""
    (tmp_path / "seeknal").mkdir()
    (tmp_path / "seeknal" / "orders.yml").write_text(SOURCE)
    (tmp_path / "seeknal" / "pace.yml").write_text(GROUP)
    (tmp_path / "orders.csv").write_text(ROWS)
    noon = datetime(2026, 1, 2, 12)
    compilation = compile_project(tmp_path, Options(run_date=date(2026, 1, 2), as_of=noon))
    found = execute(connect(), compilation, "feature_group.pace")
    assert found.columns == ("customer_id", "event_time", "orders_1h", "orders_1d")
    # An event exactly one hour or one day before the as-of is outside; C is in the future.
    assert sorted(found.rows) == [("A", noon, 1, 3), ("B", noon, 0, 0)]

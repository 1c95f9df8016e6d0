"""The files of a new project."""

from __future__ import annotations

import json
from pathlib import Path

from seeknal.commands.project import PROJECT_FILE

_FOLDERS = (
    "sources",
    "transforms",
    "feature_groups",
    "aggregations",
    "second_order_aggregations",
    "training_sets",
    "common",
)

_PROJECT = """\
name: {name}
version: "1.0.0"
profile: default
config-version: 1
state_backend: file
description: {description}
"""

_PROFILES = """\
# Connections and their secrets. This file is git-ignored.
connections:
source_defaults:
target:
  path: target/
"""

_IGNORED = ("target/*", "!target/compiled/", "profiles.yml", ".env", "__pycache__/")

_EXAMPLE = {
    "data/orders.csv": """\
order_id,customer_id,order_date,amount
1,CUST-100,2026-01-02,40.00
2,CUST-100,2026-01-09,25.50
3,CUST-101,2026-01-03,120.00
4,CUST-101,2026-01-14,80.00
5,CUST-102,2026-01-15,15.75
""",
    "seeknal/sources/orders.yml": """\
kind: source
name: orders
description: One row per order.
source: csv
table: data/orders.csv
schema:
  - {name: order_id, data_type: int64}
  - {name: customer_id, data_type: string}
  - {name: order_date, data_type: date}
  - {name: amount, data_type: "decimal(10,2)"}
""",
    "seeknal/transforms/scored_orders.yml": """\
kind: transform
name: scored_orders
description: The orders, beside the day on which each customer is scored.
inputs:
  - ref: source.orders
transform: |
  SELECT customer_id, order_date, DATE '2026-01-15' AS application_date, amount
  FROM ref('source.orders')
""",
    "seeknal/second_order_aggregations/customer_trend.yml": """\
kind: second_order_aggregation
name: customer_trend
description: What a customer spent in all and in the last week, and where that is going.
source: transform.scored_orders
id_col: customer_id
feature_date_col: order_date
application_date_col: application_date
features:
  amount:
    basic: [sum, count]
  last_week:
    source_feature: amount
    basic: [sum]
    window: [0, 6]
  trend:
    source_feature: amount
    ratio: {numerator: [0, 6], denominator: [7, 13], aggs: [sum]}
""",
}


def write_starter(root: Path, name: str, description: str, *, example: bool) -> list[Path]:
    """Write what a project needs and return the files that were written.

    The project file is replaced. Files that hold the user's work are not: specs and profiles.yml
    stay, and .gitignore gets the lines that it lacks.
    """
    for folder in _FOLDERS:
        (root / "seeknal" / folder).mkdir(parents=True, exist_ok=True)
    (root / "target" / "intermediate").mkdir(parents=True, exist_ok=True)
    project = _PROJECT.format(name=_quoted(name), description=_quoted(description))
    files = {PROJECT_FILE: project, "profiles.yml": _PROFILES, **(_EXAMPLE if example else {})}
    written = []
    for file, text in files.items():
        path = root / file
        if path.exists() and file != PROJECT_FILE:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    if ignored := _ignore(root / ".gitignore"):
        written.append(ignored)
    return written


def _quoted(text: str) -> str:
    """`text` as a YAML scalar, quoted as JSON, which YAML reads."""
    return json.dumps(text, ensure_ascii=False)


def _ignore(path: Path) -> Path | None:
    """Add what .gitignore lacks. Compiled SQL is for committing, unless all of target/ is not."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = before.splitlines()
    whole = any(line.strip().rstrip("/") in ("target", "/target") for line in lines)
    missing = [line for line in _IGNORED if line not in lines and not (whole and "target" in line)]
    if not missing:
        return None
    if before and not before.endswith("\n"):
        before += "\n"
    path.write_text(before + "".join(f"{line}\n" for line in missing), encoding="utf-8")
    return path

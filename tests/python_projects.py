"""Small projects with nodes in Python, run in this process as the command line runs them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import CliRunner

from seeknal.cli import main
from seeknal.compiler.build import Compilation, Options, compile_project
from seeknal.compiler.findings import CompileFailed, Finding
from tests.cases import RUN_DATE
from tests.harness import Result, connect, query

IMPORTS = (
    "from seeknal.pipeline import (\n"
    "    feature_group, materialize, second_order_aggregation, source, transform\n)\n"
)

ORDERS = """\
    kind: source
    name: orders
    source: csv
    table: data/orders.csv
    schema:
      - {name: order_id, data_type: int64}
      - {name: customer_id, data_type: string}
      - {name: order_date, data_type: date}
      - {name: amount, data_type: double}
"""
ORDERS_CSV = """\
order_id,customer_id,order_date,amount
1,a,2026-01-02,40.0
2,a,2026-01-09,25.5
3,b,2026-01-03,120.0
4,b,2026-01-20,80.0
"""


@dataclass(frozen=True)
class Ran:
    """What a run said and came to, node by node."""

    exit_code: int
    stdout: str
    stderr: str
    report: Mapping[str, Any]

    @property
    def statuses(self) -> dict[str, str]:
        """What became of each node."""
        return {node["id"]: node["status"] for node in self.report["nodes"]}

    @property
    def reasons(self) -> dict[str, str]:
        """Why each node ran, was skipped or stopped."""
        return {node["id"]: node["reason"] for node in self.report["nodes"]}

    def error(self, id: str) -> Mapping[str, Any]:
        """The finding of a node that failed: code, message, help, place."""
        found = next(node["error"] for node in self.report["nodes"] if node["id"] == id)
        assert found is not None, self.statuses
        return dict(found)


@dataclass(frozen=True)
class Shop:
    """A project: its source is `orders`, four rows of two customers."""

    root: Path

    def write(self, file: str, text: str) -> Path:
        """A file of the project."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), "utf-8")
        return path

    def python(self, text: str, file: str = "seeknal/nodes.py") -> Path:
        """A Python file of nodes, the decorators imported."""
        return self.write(file, IMPORTS + dedent(text))

    def run(self, *arguments: str) -> Ran:
        """`seeknal run`, whatever comes of it."""
        report = self.root / "target" / "run_report.json"
        report.unlink(missing_ok=True)
        words = ["run", "--project-path", str(self.root), "--date", str(RUN_DATE), *arguments]
        done = CliRunner().invoke(main, words)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        said = json.loads(report.read_text()) if report.exists() else {"nodes": []}
        return Ran(done.exit_code, done.stdout, done.stderr, said)

    def ok(self, *arguments: str) -> Ran:
        """`seeknal run` that succeeds."""
        ran = self.run(*arguments)
        assert ran.exit_code == 0, ran.stdout + ran.stderr
        return ran

    def compiled(self, *, wait: bool = True, nodes: Sequence[str] = ()) -> Compilation:
        """The compiled project."""
        return compile_project(self.root, Options(run_date=RUN_DATE, wait=wait), nodes)

    def findings(self) -> list[Finding]:
        """What is wrong with the project."""
        try:
            return list(self.compiled(wait=False).findings)
        except CompileFailed as failed:
            return list(failed.findings)

    def file(self, id: str) -> Path:
        """The published result of a node."""
        return self.root / "target" / "intermediate" / f"{id.replace('.', '_', 1)}.parquet"

    def table(self, id: str) -> pa.Table:
        """The published rows of a node."""
        return pq.read_table(self.file(id))

    def rows(self, id: str, columns: str = "*", order: str = "ALL") -> list[tuple[Any, ...]]:
        """The published rows of a node, in order."""
        with connect() as connection:
            found: Result = query(
                connection, f"SELECT {columns} FROM '{self.file(id)}' ORDER BY {order}"
            )
            return found.rows

    def types(self, id: str) -> dict[str, str]:
        """The columns of a node's result and DuckDB's names of their types."""
        with connect() as connection:
            found = query(connection, f"DESCRIBE FROM '{self.file(id)}'")
            return {row[0]: row[1] for row in found.rows}

    def log(self) -> str:
        """The log of the last run that failed."""
        return max((self.root / "target" / "logs").iterdir()).read_text("utf-8")


def shop(root: Path) -> Shop:
    """The project at `root`."""
    made = Shop(root)
    made.write("seeknal/orders.yml", ORDERS)
    made.write("data/orders.csv", ORDERS_CSV)
    return made

"""Workflows written by hand: the runtime under test without the compiler."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seeknal.compiler.artifact import Artifact, Assertion
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.run_forms import Guarded
from seeknal.compiler.types import INT64, Column
from seeknal.runtime.duckdb_engine import DuckDBEngine
from seeknal.runtime.paths import Target
from seeknal.runtime.report import NodeResult, RunReport
from seeknal.runtime.runner import Listener, RunOptions, run
from seeknal.runtime.selection import Request, select
from seeknal.runtime.state import load_state
from seeknal.runtime.workflow import DataFile, Node, Workflow


def node(
    id: str,
    sql: str,
    columns: str,
    *,
    inputs: tuple[str, ...] = (),
    file: str | None = None,
    tags: tuple[str, ...] = (),
    assertions: tuple[Assertion, ...] = (),
    counts_sql: str | None = None,
    sidecar: Mapping[str, object] | None = None,
    guarded: Guarded | None = None,
) -> Node:
    """A node whose digest is that of its SQL; `columns` are names between spaces."""
    kind, _, name = id.partition(".")
    spec = f"seeknal/{kind}s/{name}.yml"
    digest = hashlib.sha256(repr((sql, assertions)).encode()).hexdigest()
    return Node(
        artifact=Artifact(
            id=id,
            kind=kind,
            name=name,
            file=spec,
            dialect="duckdb",
            sql=sql,
            columns=tuple(Column(column, INT64) for column in columns.split()),
            inputs=inputs,
            digest=digest,
            assertions=assertions,
            counts_sql=counts_sql,
        ),
        place=Place(spec, 2, 7, len(name)),
        tags=tags,
        file=DataFile(file, Place(spec, 4, 8, len(file))) if file else None,
        sidecar=sidecar,
        form=(lambda count: guarded) if guarded else None,
    )


@dataclass
class Project:
    """A project folder and the nodes in it, in run order."""

    root: Path
    nodes: dict[str, Node] = field(default_factory=dict)

    def add(self, id: str, sql: str, columns: str, **more: Any) -> None:
        """Add a node, or put another in its place."""
        self.nodes[id] = node(id, sql, columns, **more)

    @property
    def target(self) -> Target:
        return Target(self.root)

    @property
    def workflow(self) -> Workflow:
        upstream = {id: node.artifact.inputs for id, node in self.nodes.items()}
        downstream = {
            id: tuple(below for below, ups in upstream.items() if id in ups) for id in upstream
        }
        return Workflow(
            root=self.root,
            project="handmade",
            nodes=dict(self.nodes),
            order=tuple(self.nodes),
            upstream=upstream,
            downstream=downstream,
        )

    def run(
        self,
        request: Request | None = None,
        *,
        continue_on_error: bool = False,
        listener: Listener | None = None,
        engine: Callable[[], DuckDBEngine] | None = None,
    ) -> RunReport:
        """Run as the command line does; the state is read from and written to the folder."""
        asked = request or Request()
        findings = Findings()
        selection = select(asked, self.workflow, findings)
        findings.stop_on_errors()
        return run(
            self.workflow,
            selection,
            load_state(self.target.state),
            engine or (lambda: DuckDBEngine(self.root, self.target.scratch)),
            RunOptions(run_id="1", request=asked, continue_on_error=continue_on_error),
            listener,
        )

    def rows(self, id: str) -> list[tuple[Any, ...]]:
        """The published rows of a node, sorted."""
        return query(f"FROM '{self.file(id)}' ORDER BY ALL")

    def file(self, id: str) -> Path:
        """The published parquet of a node."""
        return self.target.intermediate / f"{id.replace('.', '_')}.parquet"


def query(sql: str) -> list[tuple[Any, ...]]:
    """The rows of `sql` on a fresh DuckDB."""
    import duckdb

    with duckdb.connect() as connection:
        return connection.execute(sql).fetchall()


def statuses(report: RunReport) -> dict[str, str]:
    """What became of each node."""
    return {result.id: str(result.status) for result in report.nodes}


def result(report: RunReport, id: str) -> NodeResult:
    """The result of one node."""
    return next(result for result in report.nodes if result.id == id)


def shop(root: Path) -> Project:
    """source.orders -> transform.paid -> aggregation.daily, beside source.regions."""
    (root / "data").mkdir()
    (root / "data" / "orders.csv").write_text("id,amount\n1,10\n2,0\n1,5\n")
    (root / "data" / "regions.csv").write_text("code\n7\n")
    project = Project(root)
    project.add(
        "source.orders",
        "/* source.orders */ SELECT id, amount FROM read_csv('data/orders.csv')",
        "id amount",
        file="data/orders.csv",
        tags=("raw",),
    )
    project.add(
        "source.regions",
        "SELECT code FROM read_csv('data/regions.csv')",
        "code",
        file="data/regions.csv",
    )
    project.add(
        "transform.paid",
        "SELECT id, amount FROM source_orders WHERE amount > 0 -- the paid ones",
        "id amount",
        inputs=("source.orders",),
        tags=("nightly",),
    )
    project.add(
        "aggregation.daily",
        "SELECT id, SUM(amount) AS total FROM transform_paid GROUP BY id",
        "id total",
        inputs=("transform.paid",),
        counts_sql="SELECT COUNT(*), COUNT(*) - COUNT(id) FROM transform_paid",
    )
    return project

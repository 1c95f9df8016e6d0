"""The rows of a node before it is in the project: everything above it as views, nothing written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal.compiler.findings import CompileFailed, Finding, Findings
from seeknal.compiler.records import dataclass
from seeknal.runtime.compiled import workflow_of
from seeknal.runtime.duckdb_engine import DuckDBEngine, identifier
from seeknal.runtime.engine import EngineError, Row
from seeknal.runtime.execute import fill
from seeknal.runtime.runner import missing_files
from seeknal.runtime.selection import Selection

if TYPE_CHECKING:
    from seeknal.compiler.artifact import Artifact
    from seeknal.compiler.build import Compilation


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a node, and how many it has in all."""

    columns: tuple[str, ...]
    rows: Sequence[Row]
    total: int


class _Views(DuckDBEngine):
    """DuckDB in memory, in which nodes are views."""

    def view(self, relation: str, sql: str) -> None:
        """Make `relation` a view of a SELECT."""
        self._run(
            lambda c: c.execute(f"CREATE TEMP VIEW {identifier(relation)} AS\n{sql}") and None
        )


def preview(compilation: Compilation, node: str, scratch: Path, limit: int) -> Preview:
    """Compute `node` from the data files. Raises CompileFailed for what a run would report."""
    workflow = workflow_of(compilation)
    above = workflow.closure(frozenset([node]), workflow.upstream)
    order = tuple(id for id in workflow.order if id in above)
    missing_files(workflow, Selection(order=order)).stop_on_errors()
    rows: Sequence[Row] = ()
    total = 0
    with _Views(compilation.root, scratch) as engine:
        for id in order:
            artifact = compilation.artifacts[id]
            try:
                engine.view(artifact.relation, artifact.sql)
                _hold_promises(artifact, compilation, engine)
                if id == node:
                    rows, total = engine.rows(f'SELECT * FROM "{artifact.relation}"', limit)
            except EngineError as error:
                raise _failed(error.code, error.message, error.help, id, compilation) from error
    columns = tuple(column.name for column in compilation.artifacts[node].columns)
    return Preview(columns, rows, total)


def _hold_promises(artifact: Artifact, compilation: Compilation, engine: _Views) -> None:
    for assertion in artifact.assertions:
        rows, total = engine.rows(assertion.sql, limit=1)
        if rows:
            message = fill(assertion, rows[0], total - 1)
            raise _failed(assertion.code, message, assertion.help, artifact.id, compilation)


def _failed(
    code: str, message: str, help: str | None, node: str, compilation: Compilation
) -> CompileFailed:
    findings = Findings()
    place = compilation.project.specs[node].place
    findings.items.append(Finding(code, message, place, help or None))
    return CompileFailed(findings)

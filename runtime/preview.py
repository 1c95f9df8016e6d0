"""The rows of nodes before they are in the project, nothing written.

What SQL makes is computed from the data files, through views. What a function makes is known only
where it has run: the results of functions above are those that were published last, and so are the
inputs of a function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal.compiler.build import report_waiting
from seeknal.compiler.findings import CompileFailed, Finding, Findings
from seeknal.compiler.records import dataclass
from seeknal.compiler.relation_names import relation_of, returned_by
from seeknal.compiler.resolve.binder import column_type
from seeknal.compiler.types import Column
from seeknal.runtime.compiled import workflow_of
from seeknal.runtime.duckdb_engine import DuckDBEngine, identifier
from seeknal.runtime.engine import EngineError, Row
from seeknal.runtime.execute import NodeFailed, fill
from seeknal.runtime.published import known_state, published, stop_where_lacking
from seeknal.runtime.runner import missing_files
from seeknal.runtime.selection import Selection

if TYPE_CHECKING:
    from seeknal.compiler.artifact import Artifact
    from seeknal.compiler.build import Compilation

Returned = Mapping[str, Sequence[tuple[str, str]]]
OnLine = Callable[[str, str, bool], None]
"""Told of the node, a line that its function prints, and whether it was printed as an error."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a node, and how many it has in all. `sql` is "" for a function alone."""

    node: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    total: int
    sql: str


class _Views(DuckDBEngine):
    """DuckDB in memory, in which nodes are views."""

    def view(self, relation: str, sql: str) -> None:
        """Make `relation` a view of a SELECT."""
        self._run(
            lambda c: c.execute(f"CREATE TEMP VIEW {identifier(relation)} AS\n{sql}") and None
        )


class Previews:
    """Computes the nodes of a draft, each after those that it reads.

    `again` compiles the project with what functions have returned meanwhile. `scratch` is a folder
    for files that do not stay.
    """

    def __init__(
        self,
        compilation: Compilation,
        nodes: Sequence[str],
        again: Callable[[Returned], Compilation],
        scratch: Path,
        on_line: OnLine,
    ) -> None:
        """Nothing is computed yet."""
        self._compilation = compilation
        self._workflow = workflow_of(compilation)
        self._nodes = nodes
        self._again = again
        self._state = known_state(compilation.root)
        self._scratch = scratch
        self._on_line = on_line
        self._made: dict[str, Path] = {}
        self._returned: dict[str, Sequence[tuple[str, str]]] = {}

    def of(self, node: str, limit: int) -> Preview:
        """The first rows of a node. Raises CompileFailed for what a run would report."""
        with _Views(self._compilation.root, self._scratch / "spill") as engine:
            if self._workflow.nodes[node].function is None:
                return self._compiled(node, engine, limit)
            try:
                return self._called(node, engine, limit)
            except NodeFailed as failed:
                for line in failed.detail.splitlines():
                    self._on_line(node, line, True)
                raise CompileFailed([failed.finding]) from failed

    def _called(self, id: str, engine: _Views, limit: int) -> Preview:
        """Call the function of a node on what is published."""
        from seeknal.runtime.execute_python import publish_rows
        from seeknal.runtime.preview_call import call_apart_from_target, output_of

        workflow = self._workflow
        above = workflow.closure(frozenset([id]), workflow.upstream) - {id}
        outputs = published(workflow, self._state, above)
        outputs |= {made: output_of(path, workflow) for made, path in self._made.items()}
        direct = workflow.upstream[id]
        stop_where_lacking(id, workflow, outputs, direct)
        rows = call_apart_from_target(
            workflow.nodes[id],
            workflow,
            {read: outputs[read] for read in direct if read in outputs},
            outputs,
            lambda text, is_error: self._on_line(id, text, is_error),
            self._scratch,
        )
        if rows is None:
            return Preview(id, (), (), 0, "")
        path = self._scratch / f"{relation_of(id)}.parquet"
        _, columns = publish_rows(workflow.nodes[id], engine, path, rows)
        self._returned[id] = columns
        self._compilation = self._again(self._returned)
        self._workflow = workflow_of(self._compilation)
        if id in self._compilation.artifacts:
            engine.attach(relation_of(returned_by(id)), path)
            return self._compiled(id, engine, limit)
        self._made[id] = path
        engine.attach(relation_of(id), path)
        found, total = engine.rows(_all_of(relation_of(id)), limit)
        typed = tuple(Column(name, column_type(type_)) for name, type_ in columns)
        return Preview(id, typed, found, total, "")

    def _compiled(self, node: str, engine: _Views, limit: int) -> Preview:
        """Compute a node by SQL, and what its SQL reads down to the data or to functions."""
        compilation, workflow = self._compilation, self._workflow
        findings = Findings()
        report_waiting(compilation.model, [node], findings)
        findings.stop_on_errors()
        order = self._read_by_sql(node)
        outside = [id for id in order if id != node and self._is_outside(id)]
        outputs = published(workflow, self._state, outside)
        stop_where_lacking(node, workflow, {**outputs, **self._made}, outside)
        views = tuple(id for id in order if id not in outside)
        missing_files(workflow, Selection(order=views)).stop_on_errors()
        rows: Sequence[Row] = ()
        total = 0
        for id in order:
            if id in outside:
                path = self._made.get(id) or compilation.root / outputs[id].stamp.path
                engine.attach(relation_of(id), path)
                continue
            artifact = compilation.artifacts[id]
            try:
                engine.view(artifact.relation, artifact.sql)
                _hold_promises(artifact, compilation, engine)
                if id == node:
                    rows, total = engine.rows(_all_of(artifact.relation), limit)
            except EngineError as error:
                raise _failed(error.code, error.message, error.help, id, compilation) from error
        artifact = compilation.artifacts[node]
        self._keep(artifact, engine)
        return Preview(node, artifact.columns, rows, total, artifact.sql)

    def _is_outside(self, id: str) -> bool:
        """True for a node whose rows no SQL over the data files makes."""
        return id in self._made or id in self._compilation.model.functions

    def _read_by_sql(self, node: str) -> tuple[str, ...]:
        """`node` and what its SQL reads, in run order; what functions read is not."""
        found = {node}
        waiting = [node]
        while waiting:
            id = waiting.pop()
            if id != node and self._is_outside(id):
                continue
            inputs = self._compilation.artifacts[id].inputs
            read = {above for above in inputs if above in self._workflow.nodes}
            waiting += read - found
            found |= read
        return tuple(id for id in self._compilation.order if id in found)

    def _keep(self, artifact: Artifact, engine: _Views) -> None:
        """Keep the rows of a node that a function of the draft reads."""
        upstream = self._workflow.upstream
        functions = [id for id in self._nodes if id in self._compilation.model.functions]
        if any(artifact.id in upstream[id] for id in functions):
            path = self._scratch / f"{artifact.relation}.parquet"
            engine.write(_all_of(artifact.relation), path, ordered=True)
            self._made[artifact.id] = path


def _all_of(relation: str) -> str:
    return f"SELECT * FROM {identifier(relation)}"


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

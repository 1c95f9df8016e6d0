"""One node: run its statement, hold its promises, publish its result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from seeknal.compiler.artifact import Assertion
from seeknal.compiler.findings import Finding, Place
from seeknal.compiler.relation_names import relation_of
from seeknal.compiler.run_forms import GROUPS, Adapted, Guarded
from seeknal.runtime.changes import stamp_sources
from seeknal.runtime.engine import Engine, EngineError, Row
from seeknal.runtime.files import publish_copy, replacing, stamp, write_json
from seeknal.runtime.paths import Target
from seeknal.runtime.state import Output
from seeknal.runtime.workflow import Node

_FIELD = re.compile(r"\{(\w+)\}")
_ORDERED_KINDS = frozenset({"source", "transform", "feature_group"})


class NodeFailed(Exception):
    """A node has no new output; its last good one is untouched."""

    def __init__(self, finding: Finding, detail: str = "", sql: str = "") -> None:
        """Keep the finding, what the engine said, and the statement."""
        super().__init__(finding.message)
        self.finding = finding
        self.detail = detail
        self.sql = sql


def execute(
    node: Node, engine: Engine, target: Target, inputs: Mapping[str, Output], last: Output | None
) -> Output:
    """Run `node` and publish its output. Raises NodeFailed.

    `inputs` are the outputs of its upstream. The result is written under a temporary name and
    checked there; only a result that holds every promise replaces the last one.
    """
    artifact = node.artifact
    for id, output in inputs.items():
        engine.attach(relation_of(id), target.root / output.stamp.path)
    files = stamp_sources(node, target.root, last.files if last else ())
    path = target.result(artifact.kind, artifact.name)
    with replacing(path) as unchecked:
        rows, kept = _write(node, engine, unchecked)
        engine.attach(artifact.relation, unchecked)
        open_promises = [a for a in artifact.assertions if a.code not in kept]
        if broken := _broken_promise(node, engine, open_promises):
            raise broken
        columns = engine.describe(unchecked)
        _check_columns(node, columns)
        rows_in, rows_dropped = _counts(node, engine, inputs)
    published = stamp(path, target.root)
    publish_extras(node, target)
    return Output(
        sql=artifact.digest,
        inputs={id: output.sha256 for id, output in inputs.items()},
        files=files,
        stamp=published,
        rows=rows,
        columns=columns,
        rows_in=rows_in,
        rows_dropped=rows_dropped,
    )


def publish_extras(node: Node, target: Target) -> None:
    """Put the published result where existing projects also read it, and its sidecar beside it."""
    kind, name = node.artifact.kind, node.artifact.name
    for copy in target.copies(kind, name):
        publish_copy(target.result(kind, name), copy)
    if node.sidecar is not None:
        write_json(target.sidecar(name), dict(node.sidecar))


def fill(assertion: Assertion, row: Row, others: int) -> str:
    """The assertion's message for an offending row; `others` is how many more came with it."""
    message = _FIELD.sub(lambda field: str(row.get(field[1], field[0])), assertion.message)
    return f"{message} (and at least {others:,} more)" if others else message


def _place(node: Node) -> Place:
    """Where to point: at the file that a source reads, else at the node's name."""
    return node.file.place if node.file else node.place


def _write(node: Node, engine: Engine, path: Path) -> tuple[int, tuple[str, ...]]:
    """Write the node's rows; return how many they are and the codes of promises already checked."""
    artifact = node.artifact
    try:
        if node.form and (form := node.form(lambda sql: engine.rows(sql, limit=1)[0][0])):
            if isinstance(form, Guarded):
                return _write_guarded(node, form, engine, path), (form.check.code,)
            return _write_adapted(form, engine, path), ()
        ordered = artifact.kind in _ORDERED_KINDS
        return engine.write(artifact.sql, path, ordered=ordered, keys=artifact.keys), ()
    except EngineError as error:
        # A promise that the data breaks names the row and the column; the engine seldom does.
        broken = _broken_promise(node, engine, artifact.assertions, can_fail=True)
        raise broken or _failed(node, error, artifact.sql) from error


def _write_adapted(adapted: Adapted, engine: Engine, path: Path) -> int:
    kept: list[str] = []
    try:
        for name, sql in adapted.stages:
            engine.keep(sql, name)
            kept.append(name)
        return engine.write(adapted.sql, path, ordered=False)
    finally:
        for name in kept:
            engine.drop(name)


def _write_guarded(node: Node, guarded: Guarded, engine: Engine, path: Path) -> int:
    engine.keep(guarded.groups_sql, GROUPS)
    try:
        if broken := _broken_promise(node, engine, [guarded.check]):
            raise broken
        return engine.write(guarded.result_sql, path, ordered=False, keys=node.artifact.keys)
    finally:
        engine.drop(GROUPS)


def _broken_promise(
    node: Node, engine: Engine, assertions: Iterable[Assertion], *, can_fail: bool = False
) -> NodeFailed | None:
    """The first of `assertions` that returns a row, or that the engine cannot run.

    With `can_fail` an assertion that the engine cannot run is passed over: the statement itself
    has failed already, and its error is the one to report.
    """
    for assertion in assertions:
        try:
            rows, total = engine.rows(assertion.sql, limit=1)
        except EngineError as error:
            if can_fail:
                continue
            return _failed(node, error, assertion.sql)
        if rows:
            message = fill(assertion, rows[0], total - 1)
            finding = Finding(assertion.code, message, _place(node), assertion.help or None)
            return NodeFailed(finding, sql=assertion.sql)
    return None


def _failed(node: Node, error: EngineError, sql: str) -> NodeFailed:
    finding = Finding(error.code, error.message, _place(node), error.help)
    return NodeFailed(finding, error.detail, sql)


def _counts(
    node: Node, engine: Engine, inputs: Mapping[str, Output]
) -> tuple[int | None, int | None]:
    if node.artifact.counts_sql is None:
        rows = [inputs[id].rows for id in node.artifact.inputs if id in inputs]
        return (sum(rows) if rows else None), None
    try:
        counted, _ = engine.rows(node.artifact.counts_sql, limit=1)
    except EngineError as error:
        raise _failed(node, error, node.artifact.counts_sql) from error
    rows_in, rows_dropped = (int(str(value or 0)) for value in counted[0].values())
    return rows_in, rows_dropped


def _check_columns(node: Node, columns: tuple[tuple[str, str], ...]) -> None:
    promised = [column.name for column in node.artifact.columns]
    found = [name for name, _ in columns]
    if found == promised:
        return
    missing = [f"lacks `{name}`" for name in promised if name not in found]
    added = [f"has `{name}`" for name in found if name not in promised]
    difference = ", ".join(missing + added) or "has its columns in another order"
    finding = Finding(
        "column-mismatch",
        f"the result of {node.id} is not what was compiled: it {difference}",
        node.place,
        "compile and run again; if the error stays, it is a fault of seeknal and not of the spec",
    )
    raise NodeFailed(finding, sql=node.artifact.sql)

"""One node in Python: call its function, hold what it promises to return, publish the rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal.compiler.findings import Finding
from seeknal.compiler.relation_names import relation_of, returned_by
from seeknal.compiler.suggest import suggest
from seeknal.runtime.engine import Engine, EngineError
from seeknal.runtime.execute import NodeFailed, publish_extras
from seeknal.runtime.files import replacing, stamp, write_json
from seeknal.runtime.paths import Target
from seeknal.runtime.state import Output
from seeknal.runtime.workflow import Function, Node

if TYPE_CHECKING:
    import pyarrow as pa

_RETURNED = "seeknal_returned"


def publish_function(
    node: Node, engine: Engine, target: Target, inputs: Mapping[str, Output], rows: pa.Table | None
) -> Output:
    """Publish what the node's function returned as the node's output. Raises NodeFailed."""
    artifact, function = node.artifact, _function(node)
    count = 0
    columns: tuple[tuple[str, str], ...] = ()
    path = target.done(artifact.kind, artifact.name)
    if rows is None:
        write_json(path, {"node": node.id, "code": function.digest})
    else:
        path = target.result(artifact.kind, artifact.name)
        count, columns = publish_rows(node, engine, path, rows)
        publish_extras(node, target)
    read = [output.rows for output in inputs.values()]
    return Output(
        sql=artifact.digest,
        inputs={id: output.sha256 for id, output in inputs.items()},
        files=(),
        stamp=stamp(path, target.root),
        rows=count,
        columns=columns,
        rows_in=sum(read) if read else None,
        code=function.digest,
    )


def publish_returned(
    node: Node, engine: Engine, target: Target, rows: pa.Table
) -> tuple[tuple[str, str], ...]:
    """Publish the rows that the node's SQL reads, and return their columns. Raises NodeFailed."""
    id = returned_by(node.id)
    path = target.returned(id)
    _, columns = publish_rows(node, engine, path, rows)
    engine.attach(relation_of(id), path)
    return columns


def publish_rows(
    node: Node, engine: Engine, path: Path, rows: pa.Table
) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Write rows under the types of specs, and return how many they are, and their columns.

    Raises NodeFailed where they are not what the function's schema, or the node, promises.
    """
    from seeknal.runtime.python.returned import returned_sql

    schema = _function(node).schema
    try:
        engine.offer(_RETURNED, rows)
        columns = engine.columns_of(f"SELECT * FROM {_RETURNED}")
        _check(node, engine, columns)
        with replacing(path) as unchecked:
            count = engine.write(returned_sql(_RETURNED, columns, schema), unchecked, ordered=True)
            return count, engine.describe(unchecked)
    except EngineError as error:
        finding = Finding(error.code, error.message, _function(node).code.place, error.help)
        raise NodeFailed(finding, error.detail) from error
    finally:
        engine.withdraw(_RETURNED)


def _check(node: Node, engine: Engine, columns: tuple[tuple[str, str], ...]) -> None:
    from seeknal.runtime.python.returned import changed_sql, misfit

    function = _function(node)
    if wrong := misfit(columns, function.schema):
        raise NodeFailed(wrong)
    for line in function.schema:
        sql = changed_sql(_RETURNED, columns, line)
        found, total = engine.rows(sql, limit=1) if sql else ((), 0)
        if found:
            more = f" (and {total - 1:,} more)" if total > 1 else ""
            raise NodeFailed(
                Finding(
                    "schema-mismatch",
                    f"the function returned {found[0]['value']!r} in `{line.name}`, which is not "
                    f"a value of {line.type}{more}",
                    line.name.place,
                    "declare the type that the values have, or convert them in the function",
                )
            )
    names = [name for name, _ in columns]
    folded = {name.casefold() for name in names}
    for needed in _needed(node):
        if needed.casefold() not in folded:
            raise NodeFailed(
                Finding(
                    "unknown-column",
                    f"the function of `{node.id}` returned no column `{needed}`",
                    node.place,
                    suggest(needed, names, "columns"),
                )
            )


def _needed(node: Node) -> list[str]:
    """The columns that a feature group has to have: its keys and its event time."""
    sidecar = node.sidecar or {}
    keys = sidecar.get("join_keys")
    found = [str(key) for key in keys] if isinstance(keys, list) else []
    time = sidecar.get("event_time_col")
    return [*found, str(time)] if time else found


def _function(node: Node) -> Function:
    assert node.function is not None
    return node.function

"""A compiled project on an engine, node by node: relations are loaded, statements are queried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from seeknal.compiler.artifact import Artifact, Assertion
from seeknal.compiler.build import Compilation
from seeknal.compiler.dialects.registry import dialect as find_dialect
from seeknal.compiler.lower.names import physical
from seeknal.compiler.run_forms import GROUPS, Guarded
from seeknal.compiler.types import Column, parse_type
from tests.engines.base import ReadsFiles, Runs, TestedEngine
from tests.harness import PromiseBroken, Result
from tests.naive import Table
from tests.strategies.cases import Source
from tests.strategies.files import write_parquet

# The promise about the rows of the node itself.
AFTER_RUN = "rows-not-kept"


# -- sources ---------------------------------------------------------------------------------


def readable(engine: TestedEngine, sources: Mapping[str, Source]) -> dict[str, Source]:
    """The sources in a form that the engine reads: files, or else relations of raw rows.

    A relation holds no time with a zone: such times are in UTC already.
    """
    if find_dialect(engine.dialect).reads_files:
        return dict(sources)
    return {name: as_relation(source) for name, source in sources.items()}


def as_relation(source: Source) -> Source:
    """The source over a relation `raw_<name>` in the place of a file."""
    if "relation" in source.spec:
        return source
    columns = tuple(
        (name, type_.replace("timestamptz", "timestamp")) for name, type_ in source.raw.columns
    )
    rows = [tuple(_in_utc(value) for value in row) for row in source.raw.rows]
    spec = {key: value for key, value in source.spec.items() if key not in ("source", "table")}
    spec |= {
        "relation": f"raw_{source.spec['name']}",
        "schema": [{"name": name, "data_type": type_} for name, type_ in columns],
    }
    return replace(source, spec=spec, raw=Table(columns, rows))


def _in_utc(value: Any) -> Any:
    zone = getattr(value, "tzinfo", None)
    return value if zone is None else (value - value.utcoffset()).replace(tzinfo=None)


def typed(columns: Sequence[tuple[str, str]]) -> list[Column]:
    """Columns of the oracle as the compiler's."""
    found = []
    for name, text in columns:
        type_ = parse_type(text)
        assert type_ is not None, text
        found.append(Column(name, type_))
    return found


def load_raw(engine: TestedEngine, sources: Mapping[str, Source], root: Path) -> None:
    """Put the rows of the sources where their statements read them."""
    if isinstance(engine, ReadsFiles):
        engine.read_below(root)
    for source in sources.values():
        if "relation" in source.spec:
            dialect = find_dialect(engine.dialect)
            columns = [
                replace(column, name=physical(column.name, dialect))
                for column in typed(source.raw.columns)
            ]
            engine.load(source.spec["relation"], columns, source.raw.rows)
        else:
            write_parquet(source.raw, root / source.spec["table"])


# -- nodes -----------------------------------------------------------------------------------


def relation_of(artifact: Artifact) -> str:
    """The relation's name as the engine has it."""
    return physical(artifact.relation, find_dialect(artifact.dialect))


def make(engine: TestedEngine, artifact: Artifact) -> Result:
    """The rows of a node, and its relation; PromiseBroken as a run reports it.

    As in a run, promises are held once the rows are there, or to say why there are none.
    """
    try:
        result = engine.query(artifact.sql)
    except Exception:
        hold_promises(engine, artifact, spare=AFTER_RUN)
        raise
    put(engine, artifact, result)
    hold_promises(engine, artifact)
    return result


def put(engine: TestedEngine, artifact: Artifact, result: Result) -> None:
    """Make the relation of a node from its rows."""
    columns = [
        Column(name, column.type)
        for name, column in zip(result.columns, artifact.columns, strict=True)
    ]
    engine.load(relation_of(artifact), columns, result.rows)


def make_inputs(engine: TestedEngine, compilation: Compilation, node: str) -> None:
    """The relations of all that a node reads, and of what that reads."""
    needed = {node}
    for name in reversed(list(compilation.artifacts)):
        if name in needed:
            needed |= set(compilation.artifacts[name].inputs)
    for name, artifact in compilation.artifacts.items():
        if name in needed and name != node:
            make(engine, artifact)


def hold_promises(engine: TestedEngine, artifact: Artifact, spare: str = "") -> None:
    """Hold the promises of a node, but for the one that is spared."""
    for assertion in artifact.assertions:
        if assertion.code != spare:
            _hold(engine, artifact.id, assertion)


def _hold(engine: TestedEngine, node: str, assertion: Assertion) -> None:
    result = engine.query(assertion.sql)
    if result.rows:
        rows = [dict(zip(result.columns, row, strict=True)) for row in result.rows]
        raise PromiseBroken(node, assertion.code, rows)


def guarded_rows(engine: TestedEngine, node: str, guarded: Guarded) -> Result:
    """The rows of a node by its guarded form, over relations that are there."""
    assert isinstance(engine, Runs)
    engine.keep(GROUPS, guarded.groups_sql)
    _hold(engine, node, guarded.check)
    return engine.query(guarded.result_sql)

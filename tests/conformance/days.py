"""How an engine is held to the oracle over aggregations at day grain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import hypothesis
import pytest

from seeknal.compiler.findings import CompileFailed
from tests.conformance.agreeing import agree, meant
from tests.conformance.drawing import note
from tests.conformance.marked import is_known
from tests.conformance.running import (
    guarded_rows,
    load_raw,
    make,
    make_inputs,
    readable,
)
from tests.engines.base import Runs, TestedEngine
from tests.harness import PromiseBroken, Result, compiled
from tests.naive import AmbiguousAsOf, BadDate, Table, dropped_rows
from tests.strategies import Case, to_yaml


def check(case: Case, root: Path, engine: TestedEngine) -> None:
    """Hold the statements of a case's node, in both their forms, its columns and its counts."""
    case = replace(case, sources=readable(engine, case.sources))
    case.write(root)
    note(to_yaml(case.spec))
    for name, source in case.sources.items():
        note(f"{name}: {source.raw.columns}\n" + "\n".join(map(str, source.raw.rows)))
    node = f"{case.spec['kind']}.{case.spec['name']}"
    try:
        compilation = compiled(root, dialect=engine.dialect)
    except CompileFailed as failed:
        if not hypothesis.currently_in_test_context() or not is_known(engine.dialect, failed):
            raise
        hypothesis.reject()
    artifact = compilation.artifacts[node]
    note(artifact.sql)
    load_raw(engine, case.sources, root)

    def run() -> Result:
        make_inputs(engine, compilation, node)
        return make(engine, artifact)

    expected = meant(case.expected)
    agree(expected, run, engine, artifact)
    if isinstance(expected, BadDate):
        assert expected.value in _found_bad(run)
    if isinstance(expected, Table | AmbiguousAsOf):
        if artifact.counts_sql is not None:
            counts = engine.query(artifact.counts_sql).rows
            assert counts == [dropped_rows(case.spec, case.tables)]
        if isinstance(engine, Runs) and (guarded := compilation.guarded(node)) is not None:
            agree(expected, lambda: guarded_rows(engine, node, guarded), engine, artifact)


def _found_bad(run: Callable[[], Result]) -> set[object]:
    with pytest.raises(PromiseBroken) as broken:
        run()
    return {row["value"] for row in broken.value.rows}


def check_alone(case: Case, root: Path, engine: TestedEngine) -> None:
    """Hold the inline statement of a case's node, which needs no relation of a node."""
    case = replace(case, sources=readable(engine, case.sources))
    case.write(root)
    note(to_yaml(case.spec))
    node = f"{case.spec['kind']}.{case.spec['name']}"
    artifact = compiled(root, dialect=engine.dialect, inline=True).artifacts[node]
    note(artifact.sql)
    load_raw(engine, case.sources, root)
    if isinstance(expected := meant(case.expected), Table):
        agree(expected, lambda: engine.query(artifact.sql), engine, artifact)

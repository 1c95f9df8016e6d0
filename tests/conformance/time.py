"""How an engine is held to the oracle over windows and training sets, in every shape of SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import hypothesis

from seeknal.compiler.build import Compilation, Options, compile_project
from seeknal.compiler.findings import CompileFailed, Finding
from tests.conformance.agreeing import agree, meant
from tests.conformance.drawing import note
from tests.conformance.marked import is_known, refusals
from tests.conformance.running import (
    AFTER_RUN,
    hold_promises,
    load_raw,
    make,
    readable,
)
from tests.engines.base import Keeps, TestedEngine
from tests.harness import RUN_DATE, Result
from tests.naive import Table
from tests.strategies.files import to_yaml
from tests.strategies.time import LATEST_SHAPES, WINDOW_SHAPES, Spec, TimeCase, shaped

Shapes = Sequence[tuple[str, str]]
SHAPES: Shapes = tuple(zip(LATEST_SHAPES, WINDOW_SHAPES, strict=True))
"""(shape of latest rows, shape of windows): every shape once."""


# -- compiling -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Refused:
    """A shape that the compiler does not take for a join, or for any (None), and its reason."""

    training: str
    join: int | None
    finding: Finding


def compiled(
    case: TimeCase, root: Path, shapes: Sequence[Spec] = (), **options: Any
) -> tuple[Compilation, list[Refused]]:
    """The case with its training set once more in each of `shapes`, as far as they are taken.

    A refused shape has a stated reason; that join is then left to the compiler.
    """
    asked = Options(run_date=RUN_DATE, as_of=case.as_of, **options)
    refused: list[Refused] = []
    while True:
        case.write(root, *(_without(spec, refused) for spec in shapes))
        try:
            return compile_project(root, asked), refused
        except CompileFailed as failed:
            found = [_refused(root, finding) for finding in refusals(failed)]
            names = {spec["name"] for spec in shapes} - {
                one.training for one in refused if one.join is None
            }
            if not {one.training for one in found} <= names:
                raise
            refused += found


def _refused(root: Path, finding: Finding) -> Refused:
    # What the dialect lacks is said of the node, what the join lacks of the join.
    assert finding.place is not None
    lines = (root / finding.place.file).read_text("utf-8").splitlines()
    joins = sum(line.startswith("- ref:") for line in lines[: finding.place.line])
    return Refused(Path(finding.place.file).stem, joins - 1 if joins else None, finding)


def _without(spec: Spec, refused: Sequence[Refused]) -> Spec:
    """The training set with the joins that were refused left to the compiler."""
    joins = {one.join for one in refused if one.training == spec["name"]}
    kept = [
        {key: value for key, value in join.items() if key != "strategy" or not ({i, None} & joins)}
        for i, join in enumerate(spec["joins"])
    ]
    return {**spec, "joins": kept}


# -- running ---------------------------------------------------------------------------------


def run_as_if_dense(engine: TestedEngine, compilation: Compilation, node: str) -> Result:
    """The rows of a training set by the statement that a run takes where windows hold many events.

    The questions that a run asks of the rows are asked; their answers are made large.
    """
    assert isinstance(engine, Keeps)

    def count(sql: str) -> Mapping[str, object]:
        found = engine.query(sql)
        counted = dict(zip(found.columns, found.rows[0], strict=True))
        if "pairs" not in counted:
            return counted
        return {**counted, "pairs": 10**12, "span": 0}

    artifact = compilation.artifacts[node]
    try:
        adapted = compilation.adapted(node, count)
        assert adapted is not None
        for name, sql in adapted.stages:
            note(f"{name}: {sql}")
            engine.keep(name, sql)
        note(adapted.sql)
        result = engine.query(adapted.sql)
    except Exception:
        hold_promises(engine, artifact, spare=AFTER_RUN)
        raise
    hold_promises(engine, artifact, spare=AFTER_RUN)
    return result


# -- agreeing --------------------------------------------------------------------------------


def check(case: TimeCase, root: Path, engine: TestedEngine, shapes: Shapes) -> None:
    """Hold the groups of a case by themselves, and its training set in several shapes."""
    case = replace(case, sources=readable(engine, case.sources))
    for spec in [*case.nodes.values(), case.training]:
        note(to_yaml(spec))
    note(f"as of {case.as_of}")
    for name, source in case.sources.items():
        note(f"{name}: {source.raw.columns}\n" + "\n".join(map(str, source.raw.rows)))
    again = [shaped(case, f"shape_{i}", *shape) for i, shape in enumerate(shapes)]
    try:
        compilation, _ = compiled(case, root, again, dialect=engine.dialect)
    except CompileFailed as failed:
        if not hypothesis.currently_in_test_context() or not is_known(engine.dialect, failed):
            raise
        hypothesis.reject()
    make_sources(case, compilation, root, engine)
    for node in case.groups:
        artifact = compilation.artifacts[node]
        note(artifact.sql)
        expected = meant(partial(case.expected_group, node))
        agree(expected, partial(make, engine, artifact), engine, artifact)
    expected = meant(case.expected_set)
    for name in [case.training["name"], *(spec["name"] for spec in again)]:
        artifact = compilation.artifacts[f"training_set.{name}"]
        note(artifact.sql)
        agree(expected, partial(make, engine, artifact), engine, artifact)
    if isinstance(engine, Keeps):
        node = f"training_set.{case.training['name']}"
        artifact = compilation.artifacts[node]
        dense = partial(run_as_if_dense, engine, compilation, node)
        agree(expected, dense, engine, artifact)


def make_sources(
    case: TimeCase, compilation: Compilation, root: Path, engine: TestedEngine
) -> None:
    """The relations of the case's sources."""
    load_raw(engine, case.sources, root)
    for artifact in compilation.artifacts.values():
        if artifact.kind == "source":
            make(engine, artifact)


def check_alone(case: TimeCase, root: Path, engine: TestedEngine) -> None:
    """Hold the inline statements of a case, which need no relation of a node."""
    case = replace(case, sources=readable(engine, case.sources))
    compilation, _ = compiled(case, root, inline=True, dialect=engine.dialect)
    load_raw(engine, case.sources, root)
    evaluations: dict[str, Callable[[], Table]] = {
        node: partial(case.expected_group, node) for node in case.groups
    }
    evaluations["training_set.result"] = case.expected_set
    for node, evaluate in evaluations.items():
        artifact = compilation.artifacts[node]
        note(artifact.sql)
        agree(meant(evaluate), partial(engine.query, artifact.sql), engine, artifact)

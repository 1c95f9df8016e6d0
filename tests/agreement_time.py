"""How an engine is held to the oracle over windows and training sets, in every shape of SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from seeknal.compiler.artifact import Artifact
from seeknal.compiler.build import Compilation, CompileFailed, Options, compile_project
from seeknal.compiler.findings import Finding
from tests.compare import assert_same_rows
from tests.harness import RUN_DATE, PromiseBroken, Result, query
from tests.naive import BadDate, Overflow, Table
from tests.strategies.files import to_yaml
from tests.strategies.time import LATEST_SHAPES, WINDOW_SHAPES, Spec, TimeCase, shaped

if TYPE_CHECKING:
    import duckdb
    import psycopg

Shapes = Sequence[tuple[str, str]]
SHAPES: Shapes = tuple(zip(LATEST_SHAPES, WINDOW_SHAPES, strict=True))
"""(shape of latest rows, shape of windows): every shape once."""

AFTER_RUN = "rows-not-kept"
"""The promise about the rows of the node itself."""


def note(text: str) -> None:
    """Show a text with a failing example, where examples are drawn."""
    if hypothesis.currently_in_test_context():
        hypothesis.note(text)


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
            errors = [finding for finding in failed.findings if finding.severity == "error"]
            found = [_refused(root, finding) for finding in errors]
            names = {spec["name"] for spec in shapes} - {
                one.training for one in refused if one.join is None
            }
            if not {one.training for one in found} <= names:
                raise
            refused += found


def _refused(root: Path, finding: Finding) -> Refused:
    # What the dialect lacks is said of the node, what the join lacks of the join.
    assert finding.code in ("unsupported-strategy", "unsupported"), finding
    assert finding.place is not None
    assert finding.message
    assert finding.help
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


# -- engines ---------------------------------------------------------------------------------


class DuckDB:
    """A DuckDB connection: sources are read from their files."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        import duckdb

        self.connection: Any = connection
        self.error: type[Exception] = duckdb.Error
        self.overflow: type[Exception] = duckdb.ConversionException

    @contextmanager
    def loaded(self, case: TimeCase, compilation: Compilation) -> Iterator[None]:
        """The relations of the case's sources are there."""
        case.write_data(compilation.root)
        path = str(compilation.root).replace("'", "''")
        self.connection.execute(f"SET file_search_path = '{path}'")
        for artifact in compilation.artifacts.values():
            if artifact.kind == "source":
                self.make(artifact)
        yield

    @contextmanager
    def kept(self, tables: Sequence[tuple[str, str]]) -> Iterator[None]:
        """These tables, each from a SELECT, are there for a while."""
        kept: list[str] = []
        try:
            for name, sql in tables:
                self.connection.execute(f'CREATE TEMP TABLE "{name}" AS\n{sql}')
                kept.append(name)
            yield
        finally:
            for name in kept:
                self.connection.execute(f'DROP TABLE temp."{name}"')

    def query(self, sql: str) -> Result:
        """The rows of a statement."""
        return query(self.connection, sql)

    def make(self, artifact: Artifact) -> None:
        """Make the relation of a node."""
        name = artifact.relation
        self.connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS\n{artifact.sql}')


class Postgres:
    """A PostgreSQL connection: sources are tables, and all is taken back."""

    def __init__(self, connection: psycopg.Connection) -> None:
        import psycopg

        self.connection: Any = connection
        self.error: type[Exception] = psycopg.Error
        self.overflow: type[Exception] = psycopg.errors.NumericValueOutOfRange

    @contextmanager
    def loaded(self, case: TimeCase, compilation: Compilation) -> Iterator[None]:
        """The relations of the case's sources are there."""
        with self.connection.transaction(force_rollback=True):
            for node, table in case.relations.tables.items():
                artifact = compilation.artifacts[node]
                self.connection.execute(artifact.sql)
                marks = ", ".join(["%s"] * len(table.columns))
                with self.connection.cursor() as cursor:
                    insert = f'INSERT INTO "{artifact.relation}" VALUES ({marks})'
                    cursor.executemany(insert, table.rows)
            yield

    @contextmanager
    def kept(self, tables: Sequence[tuple[str, str]]) -> Iterator[None]:
        """These tables, each from a SELECT, are there for a while."""
        with self.connection.transaction(force_rollback=True):
            for name, sql in tables:
                self.connection.execute(f'CREATE TEMP TABLE "{name}" AS\n{sql}')
            yield

    def query(self, sql: str) -> Result:
        """The rows of a statement; a failure leaves the transaction usable."""
        with self.connection.transaction():
            return query(self.connection, sql)

    def make(self, artifact: Artifact) -> None:
        """Make the relation of a node; a failure leaves the transaction usable."""
        with self.connection.transaction():
            self.connection.execute(f'CREATE TABLE "{artifact.relation}" AS\n{artifact.sql}')


Engine = DuckDB | Postgres


def run(engine: Engine, compilation: Compilation, node: str) -> Result:
    """The rows of a node over relations that exist; PromiseBroken as a run reports it.

    As in a run, promises are held once the rows are there, or to say why there are none.
    """
    artifact = compilation.artifacts[node]
    try:
        engine.make(artifact)
    except engine.error:
        hold(engine, artifact, spare=AFTER_RUN)
        raise
    hold(engine, artifact)
    return engine.query(f'SELECT * FROM "{artifact.relation}"')


def run_as_if_dense(engine: Engine, compilation: Compilation, node: str) -> Result:
    """The rows of a training set by the statement that a run takes where windows hold many events.

    The questions that a run asks of the rows are asked; their answers are made large.
    """

    def count(sql: str) -> Mapping[str, object]:
        found = engine.query(sql)
        counted = dict(zip(found.columns, found.rows[0], strict=True))
        assert {"pairs", "span"} <= counted.keys()
        return {**counted, "pairs": 10**12, "span": 0}

    artifact = compilation.artifacts[node]
    try:
        adapted = compilation.adapted(node, count)
        assert adapted is not None
        for name, sql in adapted.stages:
            note(f"{name}: {sql}")
        note(adapted.sql)
        with engine.kept(adapted.stages):
            result = engine.query(adapted.sql)
    except engine.error:
        hold(engine, artifact, spare=AFTER_RUN)
        raise
    hold(engine, artifact, spare=AFTER_RUN)
    return result


def hold(engine: Engine, artifact: Artifact, spare: str = "") -> None:
    """Hold the promises of a node, but for the one that is spared."""
    for assertion in artifact.assertions:
        if assertion.code == spare:
            continue
        result = engine.query(assertion.sql)
        if result.rows:
            rows = [dict(zip(result.columns, row, strict=True)) for row in result.rows]
            raise PromiseBroken(artifact.id, assertion.code, rows)


# -- agreeing --------------------------------------------------------------------------------

Meant = Table | BadDate | Overflow


def meant(evaluate: Callable[[], Table]) -> Meant:
    """The table that the oracle gives, or the error that it raises."""
    try:
        return evaluate()
    except (BadDate, Overflow) as error:
        return error


def agree(expected: Meant, run: Callable[[], Result], engine: Engine) -> None:
    """What `run` returns or raises is what is meant."""
    if isinstance(expected, BadDate):
        with pytest.raises(PromiseBroken) as broken:
            run()
        assert broken.value.code == "bad-value"
    elif isinstance(expected, Overflow):
        with pytest.raises(engine.overflow):
            run()
    else:
        result = run()
        assert_same_rows(expected, result.columns, result.rows)


def assert_announced(expected: Meant, artifact: Artifact) -> None:
    """The columns that the compiler announces are those of the rows."""
    if isinstance(expected, Table):
        assert [(c.name, str(c.type)) for c in artifact.columns] == list(expected.columns)


def tell(case: TimeCase) -> None:
    """Show a failing case."""
    for spec in [*case.nodes.values(), case.training]:
        note(to_yaml(spec))
    note(f"as of {case.as_of}")
    for name, source in case.sources.items():
        note(f"{name}: {source.raw.columns}\n" + "\n".join(map(repr, source.raw.rows)))


def check(case: TimeCase, root: Path, engine: Engine, shapes: Shapes, **options: Any) -> None:
    """Hold the groups of a case by themselves, and its training set in several shapes."""
    tell(case)
    again = [shaped(case, f"shape_{i}", *shape) for i, shape in enumerate(shapes)]
    compilation, _ = compiled(case, root, again, **options)
    with engine.loaded(case, compilation):
        for node in case.groups:
            artifact = compilation.artifacts[node]
            note(artifact.sql)
            expected = meant(lambda node=node: case.expected_group(node))
            agree(expected, lambda node=node: run(engine, compilation, node), engine)
            assert_announced(expected, artifact)
        expected = meant(case.expected_set)
        for name in [case.training["name"], *(spec["name"] for spec in again)]:
            artifact = compilation.artifacts[f"training_set.{name}"]
            note(artifact.sql)
            agree(expected, lambda node=artifact.id: run(engine, compilation, node), engine)
            assert_announced(expected, artifact)
        node = f"training_set.{case.training['name']}"
        agree(expected, lambda: run_as_if_dense(engine, compilation, node), engine)

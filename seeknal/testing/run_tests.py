"""Running unit tests: compile with time standing still, give the rows, compare what comes out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from seeknal.compiler.artifact import Artifact, Assertion
from seeknal.compiler.build import Compilation, Options, compile_project, report_waiting
from seeknal.compiler.dialects.base import Dialect
from seeknal.compiler.dialects.registry import dialect as find_dialect
from seeknal.compiler.findings import CompileFailed, Finding, Findings, Place
from seeknal.compiler.lower.names import physical
from seeknal.compiler.model import ResolvedEventGroup
from seeknal.compiler.types import Column
from seeknal.runtime.engine import EngineError
from seeknal.runtime.execute import fill
from seeknal.testing.compare_rows import Difference, difference, table
from seeknal.testing.engines import Engines, MissingEngine, TestEngine
from seeknal.testing.settings import RUN_ID, dated_places
from seeknal.testing.unit_tests import Rows, UnitTest, has_tests, read_tests

SOME_DAY = date(2000, 1, 1)
"""The day of the run for tests of what asks no day."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a test on a dialect: it passed where there is no finding."""

    test: UnitTest
    dialect: str
    findings: tuple[Finding, ...] = ()
    rows: Difference | None = None

    @property
    def passed(self) -> bool:
        """True where the node did what the test expects."""
        return not self.findings

    def lines(self) -> list[str]:
        """The rows that differ, aligned; none where no rows were compared."""
        return list(table(self.rows)) if self.rows else []


class _Failed(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


class _EngineFailed(_Failed):
    """The engine refuses a statement."""


def compile_for_tests(root: Path, params: Mapping[str, object]) -> Compilation:
    """The whole project for DuckDB, as tests read it. Raises CompileFailed.

    What cannot be compiled before a function has run is left out.
    """
    options = Options(run_date=SOME_DAY, run_id=RUN_ID, overrides=params, wait=True)
    return compile_project(root, options)


def find_tests(
    compilation: Compilation, nodes: Sequence[str], findings: Findings
) -> list[UnitTest]:
    """The unit tests of `nodes`, in run order; those that are wrong are findings."""
    reads = {id: artifact.inputs for id, artifact in compilation.artifacts.items()}
    documents, model = compilation.project.documents, compilation.model
    tested = [id for id in compilation.order if id in nodes and has_tests(documents[id])]
    report_waiting(model, tested, findings)
    return [
        test
        for id in tested
        if id not in model.waiting
        for test in read_tests(documents[id], model, reads, findings)
    ]


class Runner:
    """Runs tests of one project. Compilations and engines are kept between tests."""

    def __init__(self, base: Compilation, params: Mapping[str, object], engines: Engines) -> None:
        """`base` is the project as `compile_for_tests` made it."""
        self._base = base
        self._params = params
        self._engines = engines
        self._compiled: dict[str, Compilation] = {}

    def run(self, test: UnitTest, dialect: str) -> Outcome:
        """Run a test on the engine of a dialect."""
        try:
            self._refuse_open_time(test)
            compilation = self._compilation(test, dialect)
            found = self._run(test, compilation, find_dialect(dialect))
        except _Failed as failed:
            return Outcome(test, dialect, (failed.finding,))
        except CompileFailed as failed:
            return Outcome(test, dialect, failed.findings)
        if found is None:
            return Outcome(test, dialect)
        message = f"test `{test.name}` of `{test.node}` on {dialect}: rows: {found.summary}"
        help = "correct the spec, or the rows that the test expects"
        finding = Finding("test-failed", message, test.place, help)
        return Outcome(test, dialect, (finding,), found)

    def _refuse_open_time(self, test: UnitTest) -> None:
        """A test whose rows depend on the time has to say which time it is."""
        if test.run_day is not None:
            return
        model = self._base.model
        groups = [id for id in test.computed if isinstance(model.nodes[id], ResolvedEventGroup)]
        files = {self._base.project.specs[id].place.file for id in test.computed}
        clocks = [
            finding.place
            for finding in self._base.findings
            if finding.code == "clock-in-sql" and finding.place and finding.place.file in files
        ]
        dated = dated_places(self._base.project, test.computed)
        if groups:
            why = f"`{groups[0]}` is computed as of a time"
        elif dated or clocks:
            why = "the rows depend on the day"
        else:
            return
        related = [(place, "here") for place in (*dated, *clocks) if place][:1]
        raise _Failed(
            Finding(
                "needs-date",
                f"{why}, and the test does not say which it is",
                test.place,
                "add `as_of: 2026-01-31T12:00:00` or `date: 2026-01-31` to the test",
                tuple(related),
            )
        )

    def _compilation(self, test: UnitTest, dialect: str) -> Compilation:
        """The nodes of a test in a dialect, at its time and with its parameters."""
        params = {**self._params, **test.params}
        options = Options(
            run_date=test.run_day or SOME_DAY,
            run_id=RUN_ID,
            dialect=dialect,
            overrides=params,
            as_of=test.stands_at,
        )
        parts = [dialect, options.run_date, options.as_of, params, test.computed]
        key = json.dumps(parts, sort_keys=True, default=str)
        if key not in self._compiled:
            self._compiled[key] = compile_project(self._base.root, options, test.computed)
        return self._compiled[key]

    def _run(self, test: UnitTest, compilation: Compilation, dialect: Dialect) -> Difference | None:
        engine = self._engine(test, dialect.name)
        engine.clear()
        self._stop_clock(test, compilation, engine)
        for id, rows in test.given.items():
            _load(engine, dialect, compilation.model.relations[id].name, rows)
        try:
            for id in test.computed:
                artifact = compilation.artifacts[id]
                rows = _computed(engine, dialect, artifact, test.place)
        except _Failed as failed:
            if failed.finding.code == test.fails:
                return None
            raise
        if test.expect is None:
            raise _Failed(
                Finding(
                    "test-failed",
                    f"test `{test.name}` of `{test.node}` on {dialect.name}: the node has "
                    f"{len(rows.rows)} rows where error[{test.fails}] is expected",
                    test.place,
                    "correct the spec, or what the test expects",
                )
            )
        return _compare(test.expect, rows)

    def _engine(self, test: UnitTest, dialect: str) -> TestEngine:
        try:
            return self._engines.get(dialect)
        except MissingEngine as missing:
            raise _Failed(
                Finding(
                    "missing-engine",
                    f"there is no engine to run tests of {dialect} on: {missing}",
                    test.place,
                    "install it, or leave the dialect out: a test that is asked for is not skipped",
                )
            ) from missing

    def _stop_clock(self, test: UnitTest, compilation: Compilation, engine: TestEngine) -> None:
        files = {compilation.project.specs[id].place.file for id in test.computed}
        clocks = [
            finding
            for finding in compilation.findings
            if finding.code == "clock-in-sql" and finding.place and finding.place.file in files
        ]
        stop: Any = getattr(engine, "stop_clock", None)
        if stop is not None and test.stands_at is not None:
            stop(test.stands_at)
        elif clocks:
            raise _Failed(
                Finding(
                    "clock-in-sql",
                    f"{clocks[0].message}, and the clock of {engine.dialect} cannot be stopped "
                    "for a test",
                    clocks[0].place,
                    clocks[0].help,
                )
            )


def _computed(engine: TestEngine, dialect: Dialect, artifact: Artifact, place: Place) -> Rows:
    """The rows of a node whose promises hold; they are loaded under its name."""
    try:
        found = _query(engine, artifact.id, artifact.sql, place)
    except _Failed:
        # A promise that the rows break names the row and the column; the engine seldom does.
        for assertion in artifact.assertions:
            with suppress(_EngineFailed):
                _hold(engine, artifact, assertion, place)
        raise
    if len(found.columns) != len(artifact.columns):
        raise _Failed(
            Finding(
                "column-mismatch",
                f"the result of {artifact.id} has {len(found.columns)} columns, and "
                f"{len(artifact.columns)} were compiled",
                place,
            )
        )
    rows = Rows(artifact.columns, tuple(tuple(row) for row in found.rows))
    _load(engine, dialect, artifact.relation, rows)
    for assertion in artifact.assertions:
        _hold(engine, artifact, assertion, place)
    return rows


def _hold(engine: TestEngine, artifact: Artifact, assertion: Assertion, place: Place) -> None:
    broken = _query(engine, artifact.id, assertion.sql, place)
    if broken.rows:
        row = dict(zip(broken.columns, broken.rows[0], strict=True))
        message = fill(assertion, row, len(broken.rows) - 1)
        raise _Failed(Finding(assertion.code, message, place, assertion.help or None))


def _query(engine: TestEngine, node: str, sql: str, place: Place) -> Any:
    try:
        return engine.query(sql)
    except Exception as error:
        # An engine's exceptions are its own: whatever it raises is what it says of the statement.
        raise _EngineFailed(_engine_finding(engine, node, error, place)) from error


def _engine_finding(engine: TestEngine, node: str, error: Exception, place: Place) -> Finding:
    if engine.dialect == "duckdb":
        import duckdb

        from seeknal.runtime.duckdb_errors import engine_error

        if isinstance(error, duckdb.Error):
            error = engine_error(error)
    if isinstance(error, EngineError):
        code, message, help = error.code, error.message, error.help
        return Finding(code, f"`{node}`: {message}", place, help)
    first = str(error).strip().split("\n")[0] or type(error).__name__
    return Finding("engine-error", f"`{node}` fails on {engine.dialect}: {first}", place)


def _load(engine: TestEngine, dialect: Dialect, relation: str, rows: Rows) -> None:
    columns = [Column(physical(column.name, dialect), column.type) for column in rows.columns]
    engine.load(physical(relation, dialect), columns, rows.rows)


def _compare(expect: Rows, actual: Rows) -> Difference | None:
    names = [column.name for column in expect.columns]
    at = [[column.name for column in actual.columns].index(name) for name in names]
    found = [tuple(row[index] for index in at) for row in actual.rows]
    return difference(names, expect.rows, found)

"""What `pytest --seeknal` collects: for each spec file its SQL by dialect, and its unit tests."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import pytest

from seeknal.commands.project import find_root
from seeknal.compiler.artifact import Artifact
from seeknal.compiler.build import Compilation, Options, compile_project
from seeknal.compiler.dialects.registry import NAMES
from seeknal.compiler.dialects.registry import dialect as find_dialect
from seeknal.compiler.findings import CompileFailed, Finding, Findings
from seeknal.compiler.project_files import COMMON, SPECS
from seeknal.compiler.render_findings import file_reader, render
from seeknal.compiler.suggest import suggest
from seeknal.runtime.paths import Target
from seeknal.testing.compare_folder import NodeDiff, compare_node
from seeknal.testing.compare_report import diff_lines
from seeknal.testing.compiled_files import files_of
from seeknal.testing.engines import Engines
from seeknal.testing.run_tests import (
    SOME_DAY,
    Outcome,
    Runner,
    compile_for_tests,
    find_tests,
)
from seeknal.testing.settings import RUN_ID, dated_places, read_settings
from seeknal.testing.unit_tests import UnitTest


@dataclass(slots=True)
class Session:
    """The project of one pytest session; what is compiled is kept."""

    root: Path
    dialects: tuple[str, ...]
    engines: tuple[str, ...]
    params: Mapping[str, object]
    opened: Engines = field(default_factory=Engines)
    failed: bool = False
    _base: Compilation | None = None
    _runner: Runner | None = None
    _by_dialect: dict[str, Compilation | None] = field(default_factory=dict)

    def base(self) -> Compilation:
        """The project as tests read it. Raises CompileFailed."""
        if self._base is None:
            self._base = compile_for_tests(self.root, self.params)
        return self._base

    def artifact(self, node: str, dialect: str) -> Artifact:
        """A node as its snapshot holds it. Raises CompileFailed."""
        findings = Findings()
        day = read_settings(self.root, findings).day
        findings.stop_on_errors()
        options = Options(
            run_date=day or SOME_DAY, run_id=RUN_ID, dialect=dialect, overrides=self.params
        )
        if dialect not in self._by_dialect:
            try:
                self._by_dialect[dialect] = compile_project(self.root, options)
            except CompileFailed:
                self._by_dialect[dialect] = None
        # Where one node cannot be said in a dialect, the others still can.
        whole = self._by_dialect[dialect] or compile_project(self.root, options, (node,))
        if day is None:
            _refuse_open_day(whole, node)
        return whole.artifacts[node]

    def run(self, test: UnitTest, dialect: str) -> Outcome:
        """Run a unit test."""
        if self._runner is None:
            self._runner = Runner(self.base(), self.params, self.opened)
        return self._runner.run(test, dialect)

    def is_left_over(self, dialect: str, name: str) -> bool:
        """True where no node compiles to the file `name`; False also where nobody knows."""
        whole = self._by_dialect.get(dialect)
        if whole is None:
            return False
        return all(name not in files_of(artifact) for artifact in whole.artifacts.values())


_SESSION = pytest.StashKey[Session]()


class Failed(Exception):
    """A snapshot or a unit test does not hold; the text says why."""


def start(config: pytest.Config) -> None:
    """Find the project and its dialects; see that its specs are collected."""
    try:
        import syrupy
    except ImportError:
        raise pytest.UsageError("--seeknal needs syrupy: install seeknal[test]") from None
    assert syrupy
    given = config.getoption("--seeknal-project")
    here = Path(config.invocation_params.dir)
    try:
        root = find_root(here / given if given else here)
    except click.UsageError as error:
        raise pytest.UsageError(error.message) from None
    findings = Findings()
    settings = read_settings(root, findings)
    if findings.has_errors:
        raise pytest.UsageError(render(findings, file_reader(root)))
    config.stash[_SESSION] = Session(
        root,
        _names(config, "--seeknal-dialects") or settings.dialects,
        _names(config, "--seeknal-engines"),
        _params(config.getoption("--seeknal-params")),
    )
    from seeknal.testing.syrupy_files import CompiledFile

    CompiledFile.session = config.stash[_SESSION]
    specs = root / SPECS
    named = [Path(os.path.abspath(here / arg.partition("::")[0])) for arg in config.args]
    covered = any(specs.is_relative_to(path) for path in named)
    if config.args_source is not pytest.Config.ArgsSource.ARGS and not covered:
        config.args.append(str(specs))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SpecFile | None:
    """A collector for each spec file of the project."""
    session = parent.config.stash[_SESSION]
    specs = session.root / SPECS
    if file_path.suffix != ".yml" or not file_path.is_relative_to(specs):
        return None
    if file_path.is_relative_to(session.root / COMMON):
        return None
    found: SpecFile = SpecFile.from_parent(parent, path=file_path)
    return found


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the engines."""
    config.stash[_SESSION].opened.close()


class SpecFile(pytest.File):
    """A spec file: the SQL of its node in each dialect, and its unit tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """The items. Where the project does not compile, its first file says why."""
        session = self.config.stash[_SESSION]
        if session.failed:
            return
        findings = Findings()
        try:
            base = session.base()
            file = self.path.relative_to(session.root).as_posix()
            nodes = [id for id in base.order if base.project.specs[id].place.file == file]
            tests = find_tests(base, nodes, findings)
            findings.stop_on_errors()
        except CompileFailed as failed:
            session.failed = not findings.has_errors
            raise self.CollectError(_rendered(failed.findings, session.root)) from None
        for node in nodes:
            for dialect in session.dialects:
                yield SqlItem.from_parent(
                    self, name=f"sql[{dialect}]", callobj=_holder(session, node, dialect)
                )
        for test in tests:
            for dialect in session.engines or test.dialects:
                yield TestItem.from_parent(
                    self, name=f"{test.name}[{dialect}]", test=test, dialect=dialect
                )


class SqlItem(pytest.Function):
    """The SQL, columns and assertions of a node in a dialect, beside their files."""

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """What differs, in words."""
        if isinstance(excinfo.value, Failed):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The spec."""
        return self.path, 0, f"{self.path.stem}: {self.name}"


class TestItem(pytest.Item):
    """A unit test on the engine of a dialect."""

    def __init__(self, *, test: UnitTest, dialect: str, **others: Any) -> None:
        """Run `test` on `dialect`."""
        super().__init__(**others)
        self.test = test
        self.dialect = dialect

    def runtest(self) -> None:
        """Run it. Raises Failed."""
        session = self.config.stash[_SESSION]
        outcome = session.run(self.test, self.dialect)
        if not outcome.passed:
            lines = [*outcome.lines(), "", _rendered(outcome.findings, session.root)]
            raise Failed("\n".join(lines).strip("\n"))

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """The rows that differ, aligned, and where the test stands."""
        if isinstance(excinfo.value, Failed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The test's line in the spec."""
        return self.path, self.test.place.line - 1, f"{self.path.stem}: {self.name}"


def _holder(session: Session, node: str, dialect: str) -> Callable[[Any], None]:
    def sql(snapshot: Any) -> None:
        from seeknal.testing.syrupy_files import CompiledFile

        try:
            artifact = session.artifact(node, dialect)
        except CompileFailed as failed:
            raise Failed(_rendered(failed.findings, session.root)) from None
        held = snapshot.use_extension(CompiledFile)
        same = [held(name=name) == text for name, text in files_of(artifact).items()]
        if not all(same):
            folder = Target(session.root).compiled(dialect)
            found = compare_node(artifact, folder, find_dialect(dialect).printer)
            raise Failed(_told(found))

    return sql


def _told(diff: NodeDiff) -> str:
    help = "`pytest --seeknal --snapshot-update` writes what compiles now"
    return "\n".join([*diff_lines(diff), "", f"= help: {help}"])


def _refuse_open_day(compilation: Compilation, node: str) -> None:
    findings = Findings()
    for place in dated_places(compilation.project, [node]):
        findings.error(
            "needs-date",
            "the SQL holds the day on which it is compiled, so a snapshot of today is not what "
            "compiles tomorrow",
            place,
            "say which day snapshots are of: `snapshot_date: 2026-01-31` in seeknal_project.yml",
        )
    findings.stop_on_errors()


def _rendered(findings: Iterable[Finding], root: Path) -> str:
    return render(findings, file_reader(root)).rstrip("\n")


def _params(text: str | None) -> Mapping[str, object]:
    try:
        read = json.loads(text) if text else {}
    except ValueError as error:
        raise pytest.UsageError(f"--seeknal-params: this is not JSON: {error}") from None
    if not isinstance(read, dict):
        raise pytest.UsageError("--seeknal-params: this is not a JSON object")
    return read


def _names(config: pytest.Config, option: str) -> tuple[str, ...]:
    given: str = config.getoption(option) or ""
    names = tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
    for name in names:
        if name not in NAMES:
            help = suggest(name, NAMES, "dialects")
            raise pytest.UsageError(f"{option}: there is no dialect `{name}`: {help}")
    return names

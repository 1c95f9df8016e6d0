"""Pieces of users' SQL, and each trap's, give the rows that they give on DuckDB, or are refused.

`pytest tests/conformance/test_user_sql.py -k refused --snapshot-update` writes down what is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from syrupy.assertion import SnapshotAssertion

from seeknal.compiler.build import Compilation
from seeknal.compiler.dialects.registry import ALL
from seeknal.compiler.findings import Finding
from tests.cases import compile_case, sql_cases
from tests.conformance import handmade
from tests.conformance.beside import assert_same_result, fill
from tests.conformance.compiling import compile_what_can
from tests.conformance.marked import hold
from tests.conformance.traps import PIECES, TRAPS
from tests.conformance.user_sql import PIECE_LINE, SAME, write_queries
from tests.extensions import RefusedText

if TYPE_CHECKING:
    from tests.conformance.opening import Engines
    from tests.engines.base import TestedEngine
    from tests.engines.duckdb import DuckDB

EVERY = {**SAME, **PIECES}
IDS = {name: f"piece_{number}" for number, name in enumerate(EVERY)}

Compiled = tuple[Compilation, Mapping[str, Finding]]
CompileFor = Callable[[str], Compiled]


@pytest.fixture(scope="session")
def compile_for(tmp_path_factory: pytest.TempPathFactory) -> CompileFor:
    """The project of all pieces in a dialect, compiled once."""

    @cache
    def compile_for(dialect: str) -> Compiled:
        root = tmp_path_factory.mktemp("pieces") / "project"
        write_queries(root, {IDS[name]: piece for name, piece in EVERY.items()})
        if dialect == "duckdb":
            return compile_case(root, dialect), {}
        return compile_what_can(root, dialect)

    return compile_for


@pytest.fixture(scope="module")
def filled() -> set[str]:
    """The engines that have the table."""
    return set()


@pytest.fixture
def engine(
    request: pytest.FixtureRequest,
    engines: Engines,
    warehouse: DuckDB,
    compile_for: CompileFor,
    filled: set[str],
) -> TestedEngine:
    """The engine of the test with the table of events, loaded once."""
    found = engines.open(request.param)
    if request.param not in filled:
        warehouse.clear()
        found.clear()
        fill(warehouse, found, compile_for("duckdb")[0], compile_for(found.dialect)[0])
        filled.add(request.param)
    return found


@pytest.mark.parametrize("piece", EVERY)
def test_rows(piece: str, compile_for: CompileFor, warehouse: DuckDB, engine: TestedEngine) -> None:
    ours, _ = compile_for("duckdb")
    theirs, refused = compile_for(engine.dialect)
    node = f"transform.{IDS[piece]}"
    if node in refused:
        place = refused[node].place
        assert place is not None
        assert place.line == PIECE_LINE
        return

    def same() -> None:
        artifact = ours.artifacts[node]
        result = warehouse.query(artifact.sql)
        assert_same_result(engine, artifact, theirs.artifacts[node], result)

    hold(engine.dialect, [(piece, same)])


@pytest.mark.parametrize("dialect", [name for name in ALL if name != "duckdb"])
def test_refused(dialect: str, compile_for: CompileFor, snapshot: SnapshotAssertion) -> None:
    _, refused = compile_for(dialect)
    told = [
        f"{name}\n  {piece}\n  {finding.message}\n  = help: {finding.help}\n"
        for name, piece in EVERY.items()
        if (finding := refused.get(f"transform.{IDS[name]}"))
    ]
    assert "\n".join(told) == snapshot(extension_class=RefusedText)


def test_what_a_trap_names_is_there() -> None:
    drawn = "\n".join(
        path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("test_*.py"))
    )
    cells = {*handmade.DAYS, *handmade.TIMES, *sql_cases(), *EVERY}
    for trap in TRAPS:
        assert trap.held_by or trap.sql
        for cell in trap.held_by:
            assert cell in cells or f'"{cell}"' in drawn or _named(cell) in drawn, cell


def _named(cell: str) -> str:
    return f"def test_{cell.replace(' ', '_')}("


def test_every_statement_is_a_query(compile_for: CompileFor, engine: TestedEngine) -> None:
    compilation, _ = compile_for(engine.dialect)
    for artifact in compilation.artifacts.values():
        words = artifact.sql.partition("*/")[2].split(None, 1)
        assert words[0] in ("SELECT", "WITH")

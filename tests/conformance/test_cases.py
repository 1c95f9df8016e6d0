"""Every case of `tests/cases/sql` gives the rows that it gives on DuckDB.

What is refused of users' SQL is a snapshot (`test_refusals.py`); a spec needs a mark on its cell,
called like `names_unicode of training_set.labels`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seeknal.compiler.findings import CompileFailed, Findings
from seeknal.compiler.model import ResolvedQuery, ResolvedSource
from tests.cases import compile_case, copy_sql_case, sql_cases
from tests.compare import assert_same_rows
from tests.conformance.beside import compare
from tests.conformance.compiling import compile_what_can
from tests.conformance.marked import hold
from tests.conformance.rows import Roles, rows_for
from tests.naive import Table

if TYPE_CHECKING:
    from tests.engines.base import TestedEngine
    from tests.engines.duckdb import DuckDB


def copied(case: str, root: Path) -> Path:
    """The case, with relations of another schema under one name: `load` knows no schemas."""
    copy_sql_case(case, root)
    for path in (root / "seeknal").rglob("*.yml"):
        text = path.read_text("utf-8")
        path.write_text(DOTTED.sub(lambda found: found[0].replace(".", "_"), text), "utf-8")
    return root


DOTTED = re.compile(r"^relation: .*$", re.MULTILINE)


@pytest.mark.parametrize("case", sql_cases())
def test_rows(case: str, tmp_path: Path, oracle: DuckDB, engine: TestedEngine) -> None:
    root = copied(case, tmp_path / "project")
    ours = compile_case(root, "duckdb")
    theirs, refused = compile_what_can(root, engine.dialect)

    def is_refused(node: str) -> None:
        raise CompileFailed(Findings([refused[node]]))

    cells: list[tuple[str, Callable[[], None]]] = [
        (f"{case} of {node}", partial(is_refused, node))
        for node in refused
        if not isinstance(ours.model.nodes[node], ResolvedQuery)
    ]
    hold(engine.dialect, [*cells, (case, lambda: compare(oracle, engine, ours, theirs))])


@pytest.mark.parametrize("case", [case for case in sql_cases() if case.startswith("inline_")])
def test_inline_statements_stand_alone(
    case: str, tmp_path: Path, oracle: DuckDB, engine: TestedEngine
) -> None:
    root = copied(case, tmp_path / "project")
    ours = compile_case(root, "duckdb", inline=True)
    theirs, refused = compile_what_can(root, engine.dialect, inline=True)
    roles = Roles.of(ours)
    for node, source in ours.model.nodes.items():
        if isinstance(source, ResolvedSource):
            assert source.spec.relation_name is not None
            rows = rows_for(source.columns, roles, False, node)
            for one in (oracle, engine):
                one.load(source.spec.relation_name.value, source.columns, rows)
    assert not refused
    for node, artifact in ours.artifacts.items():
        expected = oracle.query(artifact.sql)
        types = tuple((column.name, str(column.type)) for column in artifact.columns)
        found = engine.query(theirs.artifacts[node].sql)
        assert_same_rows(Table(types, expected.rows), found.columns, found.rows)

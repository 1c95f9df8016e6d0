"""Snapshots parsed by grammars that are not the printer's own.

They know no functions and no types: those are held by the rules' lists. What they catch is a clause
that the dialect does not have.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pglast
import pytest

from seeknal.compiler.dialects.registry import PARSED
from tests.cases import sql_cases
from tests.extensions import SNAPSHOTS

if TYPE_CHECKING:
    from sqlfluff.core import Linter

CASES = sql_cases()
# Space takes a grammar as long as words do.
_SPACE = re.compile(r"\n[ ]+")
# A variable of psql, which psql replaces before a grammar sees it.
_VARIABLE = re.compile(r"(?<!:):'(\w+)'")


@cache
def linter(dialect: str) -> Linter:
    """The grammar of a dialect, loaded once."""
    from sqlfluff.core import FluffConfig, Linter

    return Linter(config=FluffConfig(overrides={"dialect": dialect, "templater": "raw"}))


def snapshot(case: str, dialect: str) -> str:
    """The statements of a case; a variable stands as the text that it becomes."""
    text = (SNAPSHOTS / "sql" / f"{case}.{dialect}.sql").read_text()
    return _SPACE.sub("\n", _VARIABLE.sub(r"'\1'", text))


# What the grammar lacks and the dialect has, by its pages.
_GAPS = {("user_sql_queries", "databricks"): "OFFSET"}


@pytest.mark.parametrize("dialect", PARSED)
@pytest.mark.parametrize("case", CASES)
def test_the_dialect_of_a_warehouse_parses(case: str, dialect: str) -> None:
    violations = linter(dialect).parse_string(snapshot(case, dialect)).violations
    found = [violation.desc() for violation in violations]
    gap = _GAPS.get((case, dialect))
    if gap is None:
        assert found == []
    else:
        assert len(found) == 1 and gap in found[0]


@pytest.mark.parametrize("case", CASES)
def test_postgres_parses(case: str) -> None:
    assert pglast.parse_sql(snapshot(case, "postgres")) is not None


@pytest.mark.parametrize(
    ("dialect", "wrong"),
    [
        ("snowflake", "SELECT a FROM t LEFT ASOF t2 ON 1"),
        ("redshift", "SELECT a FROM t QUALIFY"),
        ("databricks", "SELECT a FROM t ORDER BY a NULLS"),
        ("trino", "SELECT a FROM t WHERE a = = 1"),
    ],
)
def test_a_grammar_refuses_what_is_no_sql(dialect: str, wrong: str) -> None:
    assert linter(dialect).parse_string(wrong).violations

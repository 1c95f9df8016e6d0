"""The layout of statements: only white space is the printer's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from seeknal.compiler.dialects.bigquery_statement import inline_nulls
from seeknal.compiler.dialects.registry import dialect as find_dialect
from seeknal.compiler.layout import WIDTH, print_statement
from tests.extensions import SNAPSHOTS

LONG = [
    "SELECT CASE WHEN aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa > bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    " AND cccccccccccccccccccccccccc THEN ddddddddddddddddddddddd ELSE eeeeeeeeeeeeeeeee END"
    " AS x FROM t",
    "SELECT CAST(COALESCE(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,"
    " bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, cccccccccccccccccccccccccccccccccccc) AS TEXT) ||"
    " ddddddddddddddddddddd AS x FROM t",
    "SELECT SUM(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa + bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb) OVER"
    " (PARTITION BY ccccccccccccccccccccc ORDER BY ddddddddddddddd ROWS BETWEEN 6 PRECEDING"
    " AND CURRENT ROW) AS x FROM t",
    "SELECT (SELECT MAX(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) FROM"
    " uuuuuuuuuuuuuuuuuuuuuuuuuu WHERE bbbbbbbbbbbbbbbbb = ccccccccccccccccccc) - NOT_KNOWN(1)"
    " AS x FROM t WHERE aaaaaaaaaaaaaaa = 1 OR NOT EXISTS(SELECT 1 FROM"
    " uuuuuuuuuuuuuuuuuuuuuuuuuuuuuu WHERE bbbbbbbbbbbbbb = cccccc)",
    "SELECT TRY_CAST(NOT_KNOWN(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,"
    " bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb) AS DATE) AS x FROM t",
]


def words(sql: str) -> str:
    return re.sub(r"\s+", "", sql)


@pytest.mark.parametrize("sql", LONG)
def test_long_expressions_break_between_words(sql: str) -> None:
    printed = print_statement(sqlglot.parse_one(sql, dialect="duckdb"), "duckdb")
    assert words(printed) == words(sql)
    assert max(map(len, printed.splitlines())) <= WIDTH


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_lines_inside_texts_and_names_stay_as_they_are(dialect: str) -> None:
    sql = (
        """SELECT CASE WHEN x = 'one\n  two' THEN "a\nname" END AS y FROM (SELECT * FROM t) AS q"""
    )
    printed = print_statement(sqlglot.parse_one(sql, dialect="duckdb"), dialect)
    assert "'one\n  two'" in printed
    assert '"a\nname"' in printed


@pytest.mark.parametrize(
    "path", sorted((SNAPSHOTS / "sql").glob("aggregations_*.sql")), ids=lambda p: p.stem
)
def test_printed_statements_print_alike(path: Path) -> None:
    dialect = find_dialect(path.name.split(".")[1]).printer
    for statement in sqlglot.parse(path.read_text("utf-8"), dialect=dialect):
        if statement is not None:
            flat = statement.sql(dialect=dialect, comments=False, normalize_functions=False)
            if dialect == "bigquery":
                for node in list(statement.find_all(exp.IgnoreNulls)):
                    inline_nulls(node)
            printed = print_statement(statement, dialect)
            assert words(re.sub(r"/\*.*?\*/", "", printed)) == words(flat)

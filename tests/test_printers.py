"""Printers say what sqlglot's own say, casts and divisions of every form included."""

from __future__ import annotations

import pytest
import sqlglot

from seeknal.compiler.dialects.registry import ALL
from seeknal.compiler.dialects.registry import dialect as find_dialect
from seeknal.compiler.printers import printer

TYPES = (
    *("BOOLEAN", "SMALLINT", "INT", "BIGINT", "REAL", "DOUBLE", "FLOAT(53)", "DECIMAL"),
    *("DECIMAL(38, 0)", "DECIMAL(10, 2)", "TEXT", "VARCHAR", "VARCHAR(12)", "CHAR(3)", "BLOB"),
    *("DATE", "TIME", "TIMESTAMP", "TIMESTAMP(3)", "TIMESTAMPTZ", "JSON", "BIGINT[]"),
    *("STRUCT(a BIGINT, b VARCHAR)", "MAP(VARCHAR, DOUBLE)", "My_Type", "INTERVAL"),
)
CASTS = (
    *(f"CAST(a AS {name})" for name in TYPES),
    *(f"TRY_CAST(a AS {name})" for name in ("BIGINT", "DATE", "VARCHAR")),
    "CAST(CAST('2026-01-31' AS TIMESTAMP) AS DATE)",
    "CAST(1.5 AS DECIMAL(3, 1))",
    "CAST(a // b AS DECIMAL)",
    "CAST(JSON(a) AS BIGINT)",
    "CAST(CASE WHEN a > 0 THEN CAST(b AS VARCHAR) END AS DOUBLE) + CAST(c AS DOUBLE)",
    *("CAST('epoch' AS TIMESTAMP)", "CAST('Epoch' AS DATE)", "CAST(a AS GEOMETRY)"),
)
DIVISIONS = (
    *("a / b", "(a + b) / SUM(c)", "CAST(a AS DOUBLE) / b", "a / CAST(b AS REAL)", "a / 2.5"),
    *("CAST(a AS BIGINT) / b", "a / CAST(b AS DECIMAL(38, 2))", "CAST(a AS REAL) / NULLIF(b, 0)"),
    *("TRY_CAST(a AS DOUBLE) / b", "a // b", "a / b / c", "1 / COUNT(*)"),
)


@pytest.mark.parametrize("dialect", ALL)
@pytest.mark.parametrize("pretty", [False, True])
def test_casts_and_divisions_are_printed_as_sqlglot_prints_them(dialect: str, pretty: bool) -> None:
    name = find_dialect(dialect).printer
    made = printer(name, pretty=pretty, width=100)
    # The second time, texts of types are known.
    for sql in (*CASTS, *DIVISIONS) * 2:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
        own = tree.sql(
            dialect=name,
            pretty=pretty,
            comments=False,
            normalize_functions=False,
            max_text_width=100,
        )
        assert made.sql(tree) == own
        # What printing leaves in a tree is printed alike.
        assert made.sql(tree) == own


def test_a_column_called_epoch_is_cast_as_others_are() -> None:
    made = printer("trino", pretty=False)
    tree = sqlglot.parse_one("CAST(epoch AS TIMESTAMP)", dialect="duckdb")
    assert made.sql(tree) == "CAST(epoch AS TIMESTAMP)"


def test_other_printers_of_a_dialect_stay_as_they_are() -> None:
    made = printer("spark", pretty=False)
    plain = type(made)(dialect="spark")
    assert plain._dispatch is not made._dispatch
    assert plain.sql(sqlglot.parse_one("CAST(a AS DOUBLE)")) == "CAST(a AS DOUBLE)"

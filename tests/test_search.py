"""The quick search for nodes finds what sqlglot's own finds, in its order."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from seeknal.compiler.dialects.search import nodes_of

STATEMENTS = (
    "SELECT 1",
    "SELECT t.a AS x, CAST(b AS DECIMAL(38, 2)), NULL, TRUE, * FROM s.t JOIN u USING (k)",
    "SELECT CASE WHEN a > 1 AND b IN (SELECT c FROM d) THEN [1, 2.5] END FROM (VALUES (1, 'x')) v",
    "WITH n AS (SELECT a, SUM(b) FILTER (WHERE c) OVER (PARTITION BY d ORDER BY e ROWS 2 PRECEDING)"
    " FROM t) SELECT a FROM n UNION ALL SELECT TRY_CAST(b AS BIGINT[]) FROM u ORDER BY 1 LIMIT 3",
    "SELECT t.* REPLACE (SUM(a) OVER () AS a), u.* EXCLUDE (b) FROM t, u",
    "SELECT DISTINCT ON (a) a, lower(b) || 'x', EXTRACT(year FROM c) FROM t QUALIFY COUNT(*) > 1",
)
KINDS: tuple[tuple[type[exp.Expr], ...], ...] = (
    (exp.Select,),
    (exp.Query, exp.Window, exp.In),
    (exp.DataType,),
    (exp.Cast, exp.Func),
    (exp.Column,),
    (exp.Window,),
    (exp.Column, exp.Literal),
    (exp.Identifier, exp.Table),
    (exp.Expr,),
)


@pytest.mark.parametrize("sql", STATEMENTS)
@pytest.mark.parametrize("kinds", KINDS, ids=lambda kinds: "-".join(k.__name__ for k in kinds))
def test_it_finds_what_find_all_finds(sql: str, kinds: tuple[type[exp.Expr], ...]) -> None:
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    assert list(map(id, nodes_of(tree, *kinds))) == list(map(id, tree.find_all(*kinds)))

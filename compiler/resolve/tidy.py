"""Spellings that people prefer, where the parser keeps another with the same meaning."""

from __future__ import annotations

from sqlglot import exp


def tidy(tree: exp.Expr) -> exp.Expr:
    """`x IS NOT NULL` for `NOT x IS NULL`, in place; the root is returned, as it may be replaced.

    >>> import sqlglot
    >>> tidy(sqlglot.parse_one("a IS NOT NULL AND b", dialect="duckdb")).sql()
    'a IS NOT NULL AND b'
    """
    for node in list(tree.find_all(exp.Not)):
        inner = node.this
        if not isinstance(inner, exp.Is) or inner.args.get("negate"):
            continue
        inner.set("negate", True)
        if node is tree:
            inner.pop()
            return inner
        node.replace(inner)
    return tree

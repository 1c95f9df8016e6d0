"""Refusals of what a dialect does not have, in the user's own words.

sqlglot prints functions that a dialect does not have without a word, so nothing is printed for
another dialect that is not on its list.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported

_SHOWN = 40
_HELP = "say it with other functions, or compile this node for duckdb"


def refuse(node: exp.Expr) -> NoReturn:
    """Raise `Unsupported` for a node that is on no list."""
    raise Unsupported(node, f"`{_spelling(node)}`", _HELP)


def only(node: exp.Expr, allowed: Iterable[str]) -> None:
    """Raise `Unsupported` where a node has parts beyond these."""
    known = set(allowed)
    for key, value in node.args.items():
        if key not in known and value:
            part = value[0] if isinstance(value, list) else value
            refuse(part if isinstance(part, exp.Expr) else node)


def negated(test: exp.Expr) -> exp.Expr:
    """`NOT test`."""
    return exp.Not(this=exp.Paren(this=test) if isinstance(test, exp.Connector) else test)


def _spelling(node: exp.Expr) -> str:
    """What the user wrote, as near as the tree still tells: `STRFTIME`, `a % b`, `[1, 2]`."""
    if isinstance(node, exp.Anonymous):
        return node.name.upper()
    text = node.sql(dialect="duckdb")
    name = text.partition("(")[0]
    if isinstance(node, exp.Func) and name.isidentifier():
        return name
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"

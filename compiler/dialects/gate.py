"""Refusals of what a dialect does not have, in the user's own words.

sqlglot prints functions that a dialect does not have without a word, so nothing is printed for
another dialect that is not on its list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NoReturn

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported

STRUCTURE: tuple[type[exp.Expr], ...] = (
    *(exp.Select, exp.Subquery, exp.With, exp.CTE, exp.TableAlias, exp.Table, exp.From, exp.Join),
    *(exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit, exp.Offset),
    *(exp.Distinct, exp.Union, exp.Intersect, exp.Except, exp.Alias, exp.Column, exp.Identifier),
    *(exp.Star, exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.Tuple, exp.DataType),
    *(exp.DataTypeParam, exp.Var, exp.Window, exp.WindowSpec, exp.Filter, exp.Exists, exp.In),
    *(exp.Between, exp.Is, exp.Not, exp.And, exp.Or, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT),
    *(exp.LTE, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.DPipe, exp.Values, exp.Case),
    *(exp.If, exp.Cast),
)

_SHOWN = 40
_HELP = "say it with other functions, or compile this node for duckdb"


def refuse(node: exp.Expr) -> NoReturn:
    """Raise `Unsupported` for a node that is on no list."""
    raise Unsupported(node, f"`{_spelling(node)}`", _HELP)


def check(
    tree: exp.Expr,
    functions: Iterable[type[exp.Expr]],
    rewrites: Mapping[type[exp.Expr], Callable[..., exp.Expr]],
) -> None:
    """Raise `Unsupported` for the first node that is on no list: a dialect without types.

    `functions` are the node types that the dialect has beside `STRUCTURE`, `rewrites` those that
    it says in another way.
    """
    allowed = {*STRUCTURE, *functions, *rewrites}
    for node in tree.walk():
        if type(node) not in allowed:
            refuse(node)
        if isinstance(node, exp.Star):
            only(node, ())
        if isinstance(node, exp.Join):
            only(node, ("this", "on", "using", "side", "kind"))
        if isinstance(node, exp.Join) and node.args.get("kind") in ("SEMI", "ANTI"):
            refuse(node)
        if isinstance(node, exp.SetOperation) and node.args.get("by_name"):
            refuse(node.right)


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

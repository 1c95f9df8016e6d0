"""The allow-list: constructs that every dialect has, and the check of a tree against a list.

sqlglot prints functions that a dialect does not have without a word, so nothing is printed for
another dialect that is not on its list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported

STRUCTURE: tuple[type[exp.Expr], ...] = (
    *(exp.Select, exp.Subquery, exp.With, exp.CTE, exp.TableAlias, exp.Table, exp.From, exp.Join),
    *(exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit, exp.Offset),
    *(exp.Distinct, exp.Union, exp.Intersect, exp.Except, exp.Alias, exp.Column, exp.Identifier),
    *(exp.Star, exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.Tuple, exp.DataType),
    *(exp.DataTypeParam, exp.Var, exp.Interval, exp.IntervalSpan, exp.Window, exp.WindowSpec),
    *(exp.Filter, exp.WithinGroup, exp.Qualify, exp.Exists, exp.In, exp.Between, exp.Is, exp.Not),
    *(exp.And, exp.Or, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ),
    *(exp.NullSafeNEQ, exp.Like, exp.ILike, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg),
    *(exp.DPipe, exp.Values, exp.Case, exp.If, exp.Cast),
)

_SHOWN = 40
_HELP = "say it with other functions, or compile this node for duckdb"


def check(
    tree: exp.Expr,
    functions: Iterable[type[exp.Expr]],
    named: frozenset[str],
    rewrites: Mapping[type[exp.Expr], Callable[..., exp.Expr]],
) -> None:
    """Raise `Unsupported` for the first node that is on no list.

    `functions` are the node types of functions the dialect has, `named` functions without a type
    of their own, `rewrites` those that the dialect says in another way.
    """
    allowed = {*STRUCTURE, *functions, *rewrites}
    for node in tree.walk():
        kind = type(node)
        if kind is exp.Anonymous and node.name.lower() in named:
            continue
        if kind not in allowed:
            raise Unsupported(node, f"`{_spelling(node)}`", _HELP)
        if kind is exp.Star and (node.args.get("except_") or node.args.get("replace")):
            raise Unsupported(node, "`*` with EXCLUDE or REPLACE", "list the columns")
        if kind is exp.Group and node.args.get("all"):
            raise Unsupported(node, "GROUP BY ALL", "list the columns")
        if kind is exp.Join and node.args.get("method") == "ASOF":
            raise Unsupported(node, "ASOF JOIN", _HELP)
        if kind is exp.Join and node.args.get("kind") in ("SEMI", "ANTI"):
            raise Unsupported(node, f"{node.args['kind']} JOIN", "use EXISTS or NOT EXISTS")


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

"""A user's query after the shared rules: what DataFusion takes for something else as a whole.

* AVG of exact numbers adds up doubles: an exact sum is divided by a count.
* A UNION of decimals and doubles is of decimals with 15 digits.
* EXISTS and IN of a query are conditions of WHERE, HAVING and ON alone, never values.
* Columns of VALUES have names of their own.
* What DISTINCT is in the order of must be one of its columns by name.
* COUNT(DISTINCT) takes -0.0 for another number than 0.0.
"""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.search import nodes_of
from seeknal.compiler.dialects.typed import DOUBLE, type_of, typed
from seeknal.compiler.types import Kind

_D = exp.DType


def settle(tree: exp.Query) -> exp.Query:
    """The query, changed in place."""
    for mean in nodes_of(tree, exp.Avg):
        _split(mean)
    for operation in nodes_of(tree, exp.SetOperation):
        _align(operation)
    for distinct in nodes_of(tree, exp.Distinct):
        if isinstance(distinct.parent, exp.AggFunc):
            _without_signs(distinct)
        elif isinstance(distinct.parent, exp.Select) and not distinct.args.get("on"):
            _order_by_names(distinct.parent)
    for node in nodes_of(tree, exp.Exists, exp.In, exp.Values):
        if isinstance(node, exp.Values):
            _name_columns(node)
        else:
            _check_condition(node)
    return tree


def _order_by_names(select: exp.Select) -> None:
    order = select.args.get("order")
    for part in order.expressions if order is not None else ():
        for projection in select.expressions:
            if isinstance(projection, exp.Alias) and projection.this == part.this:
                part.set("this", exp.Column(this=projection.args["alias"].copy()))
                break


def _check_condition(node: exp.Expr) -> None:
    """Raise `Unsupported` for a subquery's truth value in a SELECT list."""
    if isinstance(node, exp.In) and node.args.get("query") is None:
        return
    around = node.parent
    while around is not None and not isinstance(around, exp.Select):
        if isinstance(around, exp.Where | exp.Having | exp.Join):
            return
        around = around.parent
    what = "EXISTS" if isinstance(node, exp.Exists) else "IN (SELECT …)"
    raise Unsupported(node, f"{what} as a value", "use it in WHERE, or join")


def _name_columns(values: exp.Values) -> None:
    """`col0` and so on, as on DuckDB, where the query names none."""
    alias = values.args.get("alias")
    if alias is None or alias.args.get("columns") or not values.expressions:
        return
    count = len(values.expressions[0].expressions)
    alias.set("columns", [exp.to_identifier(f"col{place}") for place in range(count)])


def _split(node: exp.Avg) -> None:
    """`CAST(SUM(x) AS DOUBLE) / COUNT(x)`, each with the FILTER and OVER that AVG has."""
    value = node.this.expressions[0] if isinstance(node.this, exp.Distinct) else node.this
    if not isinstance(value, exp.Cast) or value.to.this != _D.DECIMAL:
        return
    whole: exp.Expr = node
    while isinstance(whole.parent, exp.Filter | exp.Window) and whole.arg_key == "this":
        whole = whole.parent
    total, count = (_with(whole, kind) for kind in (exp.Sum, exp.Count))
    divided = exp.Div(this=cast(total, "DOUBLE"), expression=count, typed=True)
    whole.replace(typed(exp.Paren(this=divided), DOUBLE))


def _with(whole: exp.Expr, kind: type[exp.AggFunc]) -> exp.Expr:
    part = exp.Paren(this=whole.copy())
    inner = next(part.find_all(exp.Avg))
    value = inner.this.copy()
    if kind is exp.Count and isinstance(value, exp.Cast):
        value = value.this
    inner.replace(kind(this=value))
    found = part.this
    assert isinstance(found, exp.Expr)
    return found


def _align(operation: exp.SetOperation) -> None:
    arms = [arm for arm in operation.walk() if isinstance(arm, exp.Select)]
    arms = [arm for arm in arms if _is_arm(arm, operation)]
    for place in zip(*(arm.expressions for arm in arms), strict=False):
        types = [type_of(projection.unalias()) for projection in place]
        if DOUBLE not in types:
            continue
        for projection, kind in zip(place, types, strict=True):
            if kind is not None and kind.kind is Kind.DECIMAL:
                value = projection.unalias()
                name = exp.to_identifier(projection.alias_or_name)
                double = typed(cast(value.copy(), "DOUBLE"), DOUBLE)
                projection.replace(exp.Alias(this=double, alias=name))


def _is_arm(arm: exp.Expr, operation: exp.SetOperation) -> bool:
    parent = arm.parent
    while isinstance(parent, exp.SetOperation | exp.Subquery) and parent is not operation:
        arm, parent = parent, parent.parent
    return parent is operation and arm.arg_key in ("this", "expression")


def _without_signs(distinct: exp.Distinct) -> None:
    for value in distinct.expressions:
        if type_of(value) == DOUBLE:
            plain = isinstance(value, exp.Column | exp.Func)
            operand = value.copy() if plain else exp.Paren(this=value.copy())
            value.replace(exp.Add(this=operand, expression=exp.Literal.number(0)))

"""The last pass over every statement for BigQuery: orders with NULLs, decimals, names in two cases.

Runs over what the compiler makes and over users' SQL alike.
"""

from __future__ import annotations

import re
from typing import Any

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported
from seeknal.compiler.dialects.bigquery_types import in_cast
from seeknal.compiler.dialects.search import nodes_of

_WEEK = "WEEK"
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*$")
_TOUCHED: tuple[type[exp.Expr], ...] = (
    *(exp.Select, exp.SetOperation, exp.Window),
    *(exp.Cast, exp.TimestampTrunc, exp.Interval, exp.Identifier, exp.IgnoreNulls),
)


def finish(statement: exp.Expr) -> exp.Expr:
    """The statement as BigQuery takes it. Raises `Unsupported` for columns that it cannot tell."""
    found = _touched(statement)
    selects, names = found[exp.Select], found[exp.Identifier]
    like_relations = _columns_like(selects, names)
    for query in selects:
        _check_names(query)
        names += _qualify(query, like_relations)
    if found[exp.SetOperation]:
        for operation in found[exp.SetOperation]:
            _group_sets(operation)
        # Grouping copies.
        found = _touched(statement)
        names = found[exp.Identifier]
    quoted = {text for text in {name.args["this"] for name in names} if not _PLAIN.match(text)}
    for name in names if quoted else ():
        if name.args["this"] in quoted:
            name.set("quoted", True)
    for node in found[exp.IgnoreNulls]:
        inline_nulls(node)
    for node in found[exp.Cast]:
        node.set("to", in_cast(node.args["to"]))
    for node in found[exp.TimestampTrunc]:
        node.replace(_trunc(node))
    for node in found[exp.Interval]:
        _count_plainly(node)
    for window in found[exp.Window]:
        _order_nulls(window)
    return statement


def _touched(statement: exp.Expr) -> dict[type[exp.Expr], list[Any]]:
    """The nodes that may change, by kind: one walk through the statement takes as long as any."""
    found: dict[type[exp.Expr], list[Any]] = {kind: [] for kind in _TOUCHED}
    for node in nodes_of(statement, *_TOUCHED):
        found[_kind(type(node))].append(node)
    return found


def _kind(kind: type[exp.Expr]) -> type[exp.Expr]:
    found = _KINDS.get(kind)
    if found is None:
        found = _KINDS[kind] = next(touched for touched in _TOUCHED if issubclass(kind, touched))
    return found


# The kind in `_TOUCHED` of each class of nodes that was met.
_KINDS: dict[type[exp.Expr], type[exp.Expr]] = {}


def _columns_like(selects: list[exp.Select], names: list[exp.Identifier]) -> set[str]:
    """Names of relations that are those of columns, too, folded."""
    sources = (query.args.get("from_") for query in selects)
    relations = {source.this.alias_or_name.casefold() for source in sources if source is not None}
    texts = {name.args["this"] for name in names}
    like = {text for text in texts if text.casefold() in relations}
    return {
        name.name.casefold()
        for name in names
        if name.args["this"] in like and isinstance(name.parent, exp.Column)
    }


def _check_names(query: exp.Select) -> None:
    """Raise `Unsupported` for two columns of a SELECT whose names differ in case alone."""
    seen: dict[str, str] = {}
    for column in query.expressions:
        name = column.alias_or_name
        other = seen.setdefault(name.casefold(), name)
        if name and other != name:
            raise Unsupported(
                column,
                f"a column `{name}` beside `{other}`",
                "give them names that differ in more than case",
            )


def _qualify(query: exp.Select, like_relations: set[str]) -> list[exp.Identifier]:
    """Names with their relation where alone they would mean another thing; what was added.

    A column that is called like its relation would be the whole row: `like_relations` has the
    names of such. A key of GROUP BY would be the output of that name.
    """
    added: list[exp.Identifier] = []
    source = query.args.get("from_")
    if source is None or query.args.get("joins"):
        return added

    def qualify(column: exp.Expr) -> None:
        added.append(_relation_name(source.this))
        column.set("table", added[-1])

    relation = source.this.alias_or_name
    if relation.casefold() in like_relations:
        for column in query.find_all(exp.Column):
            own = column.find_ancestor(exp.Select) is query
            if own and not column.table and column.name.casefold() == relation.casefold():
                qualify(column)
    group = query.args.get("group")
    outputs = {
        column.alias.casefold(): column.this
        for column in query.expressions
        if isinstance(column, exp.Alias)
    }
    for key in group.expressions if group is not None else ():
        if isinstance(key, exp.Column) and not key.table:
            output = outputs.get(key.name.casefold())
            if output is not None and output != key:
                qualify(key)
    return added


def _relation_name(relation: exp.Expr) -> exp.Identifier:
    alias = relation.args.get("alias")
    named = alias.this if alias is not None else relation.this
    assert isinstance(named, exp.Identifier)
    return named.copy()


def _group_sets(query: exp.SetOperation) -> None:
    """Parentheses around an operation inside another one of its own kind's others."""
    for side in ("this", "expression"):
        inner = query.args[side]
        if not isinstance(inner, exp.SetOperation):
            continue
        same = type(inner) is type(query) and inner.args["distinct"] == query.args["distinct"]
        if side == "expression" or not same or not isinstance(query, exp.Union):
            query.set(side, exp.Subquery(this=inner.copy()))


def _trunc(node: exp.TimestampTrunc) -> exp.Expr:
    """DATETIME_TRUNC; a week begins on Monday."""
    unit = node.args["unit"].name.upper()
    spelt = exp.Var(this="ISOWEEK" if unit == _WEEK else unit)
    return exp.DatetimeTrunc(this=node.this, unit=spelt)


def inline_nulls(node: exp.IgnoreNulls) -> None:
    """IGNORE NULLS where it is printed: sqlglot moves it there itself, again with each printing."""
    modifiers = [found for found in (node.find(exp.Order), node.find(exp.Limit)) if found]
    if modifiers:
        inner = exp.IgnoreNulls(this=modifiers[0].this)
        inner.meta["inline"] = True
        modifiers[0].set("this", inner)
        node.replace(node.this)


def _count_plainly(node: exp.Interval) -> None:
    """`INTERVAL 7 DAY`: the count is a number, and the unit is one."""
    unit = node.args["unit"].name.upper().removesuffix("S")
    node.set("unit", exp.Var(this=unit))
    if isinstance(node.this, exp.Literal) and node.this.is_string:
        node.set("this", exp.Literal.number(node.this.name))


# -- orders ----------------------------------------------------------------------------------


def _order_nulls(window: exp.Window) -> None:
    """NULLs where DuckDB has them; BigQuery has them first, and knows no NULLS LAST in a window.

    A RANGE of numbers takes one key alone. There NULLs are peers of each other and of nothing
    else: their place tells only in a frame without an end, which users' SQL may not have and the
    compiler has over times alone that are not NULL.
    """
    order = window.args.get("order")
    if order is None:
        return
    spec = window.args.get("spec")
    if spec is not None and spec.args.get("kind") == "RANGE" and _counts(spec):
        for key in order.expressions:
            key.set("nulls_first", not key.args.get("desc"))
        return
    keys: list[exp.Expr] = []
    for key in order.expressions:
        keys += _placed(key)
    order.set("expressions", keys)


def _counts(spec: exp.WindowSpec) -> bool:
    """True where a bound of the frame is a number."""
    return any(isinstance(spec.args.get(side), exp.Expr) for side in ("start", "end"))


def _placed(key: exp.Expr) -> list[exp.Expr]:
    """The key, behind one that puts its NULLs in their place where they are not there anyway."""
    first, descending = bool(key.args.get("nulls_first")), bool(key.args.get("desc"))
    # BigQuery takes NULL for less than any value.
    key.set("nulls_first", not descending)
    if first != descending or isinstance(key.this, exp.Literal):
        return [key]
    present = exp.Literal.number(1 if first else 0)
    absent = exp.Literal.number(0 if first else 1)
    test = exp.Is(this=key.this.copy(), expression=exp.Null())
    place = exp.Case(ifs=[exp.If(this=test, true=absent)], default=present)
    return [exp.Ordered(this=place, nulls_first=True), key]

"""Constructs of a user's query that are said otherwise before the typed rules see it.

The results are DuckDB's SQL again, so that the rules look at every part of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported
from seeknal.compiler.dialects.rules.query import RewriteExpression, RewriteQuery
from seeknal.compiler.dialects.search import nodes_of
from seeknal.compiler.model import Relation
from seeknal.compiler.types import Column


def compared_by_columns(tree: exp.Expr) -> exp.Expr:
    """Comparisons of tuples column by column. DuckDB holds NULL equal to NULL in a tuple."""
    if not nodes_of(tree, exp.Tuple):
        return tree
    for node in nodes_of(tree, exp.EQ, exp.NEQ, exp.In):
        if isinstance(node.this.unnest(), exp.Tuple) and not node.args.get("query"):
            found: exp.Expr = _by_columns(node)
            found = exp.Paren(this=found) if isinstance(found, exp.Connector) else found
            if node is tree:
                tree = found
            node.replace(found)
    return tree


def without_tuples(tree: exp.Expr) -> exp.Expr:
    """Comparisons of tuples column by column; no tuple is left."""
    tree = compared_by_columns(tree)
    for found_tuple in nodes_of(tree, exp.Tuple):
        if not isinstance(found_tuple.parent, exp.Values | exp.In):
            raise Unsupported(found_tuple, "a tuple", "compare column by column")
    return tree


def said_alone(tree: exp.Query) -> exp.Query:
    """The query without DISTINCT ON and without tuples."""
    if nodes_of(tree, exp.Tuple, exp.Distinct):
        without_tuples(without_distinct_on(tree))
    return tree


def _by_columns(node: exp.Expr) -> exp.Expr:
    others = node.expressions if isinstance(node, exp.In) else [node.expression]
    if not others:
        raise Unsupported(node, "a tuple beside other than a list", "compare column by column")
    found: exp.Expr | None = None
    for other in others:
        same = _same(node, node.this.unnest(), other.unnest())
        found = same if found is None else exp.Or(this=found, expression=same)
    assert found is not None
    return exp.Not(this=exp.Paren(this=found)) if isinstance(node, exp.NEQ) else found


def _same(node: exp.Expr, left: exp.Expr, right: exp.Expr) -> exp.Expr:
    if not isinstance(right, exp.Tuple) or len(left.expressions) != len(right.expressions):
        raise Unsupported(node, "a tuple beside another value", "compare column by column")
    found: exp.Expr | None = None
    for one, other in zip(left.expressions, right.expressions, strict=True):
        same = exp.NullSafeEQ(this=one.copy(), expression=other.copy())
        found = same if found is None else exp.And(this=found, expression=same)
    assert found is not None
    return exp.Paren(this=found)


def without_distinct_on(tree: exp.Expr) -> exp.Expr:
    """DISTINCT ON by the number of each row in its group, which QUALIFY tests."""
    for select in nodes_of(tree, exp.Select):
        distinct = select.args.get("distinct")
        if distinct is None or not distinct.args.get("on"):
            continue
        on, order = distinct.args["on"], select.args.get("order")
        if order is None:
            raise Unsupported(on, "DISTINCT ON without ORDER BY", "order the rows of each group")
        for clause in ("qualify", "group", "having"):
            if select.args.get(clause) is not None:
                help = "put the groups into a query inside"
                raise Unsupported(on, f"DISTINCT ON beside {clause.upper()}", help)
        keys = on.expressions if isinstance(on, exp.Tuple) else [on]
        number = exp.Window(
            this=exp.RowNumber(),
            partition_by=[_meant(select, key.copy()) for key in keys],
            order=exp.Order(expressions=[_ordered(select, part) for part in order.expressions]),
        )
        first = exp.EQ(this=number, expression=exp.Literal.number(1))
        select.set("distinct", None)
        select.set("qualify", exp.Qualify(this=first))
    return tree


def _ordered(select: exp.Select, part: exp.Expr) -> exp.Expr:
    found = part.copy()
    found.set("this", _meant(select, found.this))
    return found


def _meant(select: exp.Select, key: exp.Expr) -> exp.Expr:
    """The projection that a number means."""
    if not isinstance(key, exp.Literal) or not key.is_int:
        return key
    place = int(key.name) - 1
    if any(isinstance(p.unalias(), exp.Star) or p.is_star for p in select.expressions):
        raise Unsupported(key, "a place in `*`", "name the column")
    meant: exp.Expr = select.expressions[place].unalias().copy()
    return meant


def tuples_by_columns(
    rewriters: tuple[RewriteExpression, RewriteQuery],
) -> tuple[RewriteExpression, RewriteQuery]:
    """The rewriters of a dialect, which compare tuples of users column by column first."""
    expression, query = rewriters

    def rewrite(tree: exp.Expr, columns: Sequence[Column] = ()) -> exp.Expr:
        # Of a macro nobody knows the columns, and it has no tuples.
        return expression(compared_by_columns(tree) if columns else tree, columns)

    def rewrite_query(
        tree: exp.Query, inputs: Sequence[Relation], columns: Sequence[Column]
    ) -> exp.Query:
        compared_by_columns(tree)
        return query(tree, inputs, columns)

    return rewrite, rewrite_query

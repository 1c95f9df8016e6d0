"""A user's query for ClickHouse: the shared rules, and what they do not see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported
from seeknal.compiler.dialects.clickhouse_vocabulary import WORDS
from seeknal.compiler.dialects.rules.query import rewriters
from seeknal.compiler.dialects.search import nodes_of
from seeknal.compiler.model import Relation
from seeknal.compiler.types import Column

rewrite, _rewrite_query = rewriters(WORDS)


def rewrite_query(
    tree: exp.Query, inputs: Sequence[Relation], columns: Sequence[Column]
) -> exp.Query:
    """A user's query with the rows, names and types that the model promises."""
    for select in nodes_of(tree, exp.Select):
        _order_by_alias(select)
    for node in nodes_of(tree, exp.With, exp.Values, exp.WindowSpec):
        if isinstance(node, exp.With):
            _check_recursion(node)
        elif isinstance(node, exp.Values):
            _name_columns(node)
        else:
            _check_frame(node)
    return _rewrite_query(tree, inputs, columns)


def _check_recursion(clause: exp.With) -> None:
    for cte in clause.expressions if clause.args.get("recursive") else ():
        query = cte.this
        if isinstance(query, exp.SetOperation) and query.args.get("distinct") is not False:
            raise Unsupported(
                query.right, "recursion by other than UNION ALL", "count the steps, and end there"
            )


def _name_columns(values: exp.Values) -> None:
    """DuckDB calls them col0 and so on; ClickHouse wants their names."""
    alias = values.args.get("alias")
    if alias is None or alias.args.get("columns") or not values.expressions:
        return
    count = len(values.expressions[0].expressions)
    alias.set("columns", [exp.to_identifier(f"col{place}") for place in range(count)])


def all_of(test: exp.Expr) -> Iterator[exp.Expr]:
    """The tests that AND joins."""
    inner = test.unnest()
    if isinstance(inner, exp.And):
        yield from all_of(inner.this)
        yield from all_of(inner.expression)
    else:
        yield inner


def _order_by_alias(select: exp.Select) -> None:
    """A name in ORDER BY is an alias on DuckDB, and first a column by ClickHouse's settings."""
    order, distinct = select.args.get("order"), select.args.get("distinct")
    if order is None or (distinct is not None and distinct.args.get("on") is not None):
        return
    aliases = {
        e.alias.casefold(): (place, e.this)
        for place, e in enumerate(select.expressions, 1)
        if isinstance(e, exp.Alias)
    }
    countable = select.args.get("qualify") is None and not select.is_star
    for key in order.expressions:
        column = key.this if isinstance(key, exp.Ordered) else key
        if not isinstance(column, exp.Column) or column.args.get("table") is not None:
            continue
        if (found := aliases.get(column.name.casefold())) is not None:
            place, meant = found
            column.replace(exp.Literal.number(place) if countable else meant.copy())


def _check_frame(spec: exp.Expr) -> None:
    """Raise `Unsupported` for a RANGE frame with a distance over a key that may be NULL.

    ClickHouse puts the rows without a key beside the others.
    """
    window = spec.parent
    if spec.args.get("exclude"):
        raise Unsupported(window or spec, "a frame with EXCLUDE", "subtract what is left out")
    distances = [spec.args.get(end) for end in ("start", "end")]
    if spec.args.get("kind") != "RANGE" or not isinstance(window, exp.Window):
        return
    order = window.args.get("order")
    if order is None or not any(isinstance(distance, exp.Expr) for distance in distances):
        return
    if any(isinstance(distance, exp.Interval) for distance in distances):
        raise Unsupported(
            window, "a RANGE frame over an interval", "order by a number, as days since a day"
        )
    select = window.find_ancestor(exp.Select)
    where = select.args.get("where") if select is not None else None
    tests = list(all_of(where.this)) if where is not None else []
    if not any(_is_present(test, order.expressions[0].this) for test in tests):
        raise Unsupported(
            window,
            "a RANGE frame with a distance over a key that may be NULL",
            "leave such rows out in WHERE, with IS NOT NULL",
        )


def _is_present(test: exp.Expr, key: exp.Expr) -> bool:
    """`key IS NOT NULL`, in each of the ways that it is parsed."""
    negated = isinstance(test, exp.Not)
    inner = test.this.unnest() if negated else test
    if not isinstance(inner, exp.Is) or inner.this != key:
        return False
    right = inner.expression
    turned = [negated, bool(inner.args.get("negate")), isinstance(right, exp.Not)]
    return right.find(exp.Null) is not None and sum(turned) == 1

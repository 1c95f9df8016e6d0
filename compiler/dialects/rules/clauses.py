"""Clauses that engines say differently: QUALIFY, orders that decide rows, limits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported
from seeknal.compiler.dialects.rules.vocabulary import Vocabulary
from seeknal.compiler.dialects.scopes import Output, Scope, Source, named, spell
from seeknal.compiler.dialects.typed import STRING

_KEPT = "kept"


def by_alias(test: exp.Expr, scope: Scope) -> bool:
    """True where a QUALIFY tests columns of the SELECT list alone, by their aliases."""
    if test.find(exp.AggFunc, exp.Window, exp.Query) is not None:
        return False
    columns = list(test.find_all(exp.Column))
    own = (scope.own_column(column) for column in columns if not column.table)
    return (
        not any(column.table for column in columns)
        and all(found is None for found in own)
        and all(scope.alias(column.name) is not None for column in columns)
    )


def around_qualify(node: exp.Select, outputs: Sequence[Output], test: exp.Expr | None) -> exp.Query:
    """The rows that pass QUALIFY: its test becomes a column of a query inside.

    `test` is given where it is one of columns that the query has anyway: it stands around it.
    """
    names = [output.name for output in outputs]
    if None in names or len(set(names)) < len(names):
        raise Unsupported(node.args["qualify"], "QUALIFY over columns without names", "use AS")
    known = [name for name in names if name is not None]
    kept = _KEPT
    while kept in known:
        kept += "_"
    order = node.args.get("order")
    if order is not None and node.args.get("distinct") is not None:
        raise Unsupported(order, "QUALIFY, DISTINCT and ORDER BY in one", "order around it")
    added: list[exp.Expr] = []
    if test is None:
        added.append(exp.Alias(this=node.args["qualify"].this, alias=named(kept)))
        test = exp.Column(this=named(kept))
    outer = exp.Select(
        expressions=[exp.Column(this=named(name)) for name in known],
        where=exp.Where(this=test),
    )
    for place, part in enumerate(order.expressions if order is not None else ()):
        key = named(f"order_{place + 1}")
        added.append(exp.Alias(this=part.this, alias=key))
        part.set("this", exp.Column(this=key.copy()))
    for clause in ("with_", "distinct", "order", "limit", "offset"):
        if (value := node.args.get(clause)) is not None:
            node.set(clause, None)
            outer.set(clause, value)
    node.set("qualify", None)
    node.set("expressions", [*node.expressions, *added])
    outer.comments, node.comments = node.comments, None
    alias = exp.TableAlias(this=named("qualified"))
    outer.set("from_", exp.From(this=exp.Subquery(this=node, alias=alias)))
    return outer


def order_of_operation(
    node: exp.SetOperation, outputs: Sequence[Output], words: Vocabulary
) -> None:
    """Spell the columns that a set operation is ordered by; raise where text decides rows."""
    limit, order = node.args.get("limit"), node.args.get("order")
    if limit is not None:
        check_limit(limit)
    source = Source("", tuple(outputs))
    for part in order.expressions if order is not None else ():
        key = part.this
        if isinstance(key, exp.Literal) and key.is_int:
            found: Output | None = outputs[int(key.name) - 1]
        else:
            found = source.find(key.name) if isinstance(key, exp.Column) else None
            if found is None or found.name is None:
                raise Unsupported(part, "a set operation in a computed order", "use a column")
            spell(key.this, found.name)
        by_bytes = words.byte_order is None
        if found is not None and found.type == STRING and limit is not None and not by_bytes:
            raise Unsupported(
                part, "a LIMIT of a set operation in order of text", "order around it"
            )


def starts_with(order: exp.Order, on: exp.Expr) -> None:
    """Raise `Unsupported` where DISTINCT ON is not in the order of its own columns."""
    first = [part.this for part in order.expressions[: len(on.expressions)]]
    if any(key not in on.expressions for key in first) or len(first) < len(on.expressions):
        raise Unsupported(order, "DISTINCT ON in another order", "order by its columns first")


def check_limit(node: exp.Expr) -> None:
    """Raise `Unsupported` for a share of the rows."""
    options = node.args.get("limit_options")
    if options is not None and options.args.get("percent"):
        raise Unsupported(node, "LIMIT in percent", "limit a number of rows")

"""Names of expressions that DataFusion takes for one.

A plan calls an expression by its text without casts, and refuses two of one name in an aggregate,
a window or a projection: SUM(CAST(x AS DOUBLE)) beside SUM(x), or CAST(t AS DATE) beside t in GROUP
BY. A cast that is a function is part of the name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from seeknal.compiler.dialects.search import nodes_of

_D = exp.DType
_ARROW = {
    _D.BOOLEAN: "Boolean",
    _D.INT: "Int32",
    _D.BIGINT: "Int64",
    _D.DOUBLE: "Float64",
    _D.TEXT: "Utf8",
    _D.VARCHAR: "Utf8",
    _D.DATE: "Date32",
    _D.TIMESTAMP: "Timestamp(Microsecond, None)",
    _D.TIMESTAMPNTZ: "Timestamp(Microsecond, None)",
}
_WIDEST_128 = 38


def tell_apart(tree: exp.Query) -> exp.Query:
    """The query, changed in place, with expressions of different names."""
    for select in nodes_of(tree, exp.Select):
        if not nodes_of(select, exp.Cast):
            continue
        group = select.args.get("group")
        keys = list(group.expressions) if group is not None else []
        for expression in (*_twins(keys), *_twins(list(_computed(select)))):
            _name_casts(select, expression)
    return tree


def _computed(select: exp.Select) -> Iterator[exp.Expr]:
    """The aggregates and windows of a SELECT, not those of queries in it."""
    for node in select.walk(prune=lambda node: isinstance(node, exp.Query) and node is not select):
        if isinstance(node, exp.AggFunc | exp.Window):
            yield node


def _twins(expressions: Sequence[exp.Expr]) -> list[exp.Expr]:
    """Those that have the name of an earlier one and are not the same."""
    found: list[exp.Expr] = []
    first: dict[str, exp.Expr] = {}
    # Those without a cast keep their names.
    for node in sorted(expressions, key=lambda node: bool(nodes_of(node, exp.Cast))):
        if first.setdefault(_name(node), node) != node:
            found.append(node)
    return found


def _name(node: exp.Expr) -> str:
    bare = exp.Paren(this=node.copy())
    for cast in list(bare.find_all(exp.Cast)):
        cast.replace(cast.this)
    for paren in list(bare.find_all(exp.Paren)):
        if paren is not bare:
            paren.replace(paren.this)
    return str(bare.sql(dialect="postgres"))


def _name_casts(select: exp.Select, expression: exp.Expr) -> None:
    """Spell the casts of every such expression of the SELECT as a function."""
    wanted = expression.copy()
    for node in [node for node in select.find_all(type(wanted)) if node == wanted]:
        for cast in list(node.find_all(exp.Cast)):
            if (arrow := _arrow(cast.to)) is not None:
                call = [cast.this, exp.Literal.string(arrow)]
                cast.replace(exp.Anonymous(this="ARROW_CAST", expressions=call))


def _arrow(data_type: exp.DataType) -> str | None:
    if data_type.this == _D.DECIMAL:
        precision, scale = (int(part.this.name) for part in data_type.expressions[:2])
        bits = 128 if precision <= _WIDEST_128 else 256
        return f"Decimal{bits}({precision}, {scale})"
    return _ARROW.get(data_type.this)

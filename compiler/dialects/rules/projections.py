"""The columns of a SELECT: their names, and `*` where it cannot stay."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported
from seeknal.compiler.dialects.scopes import Output, Scope, copied, named, spell
from seeknal.compiler.dialects.search import nodes_of
from seeknal.compiler.dialects.typed import typed
from seeknal.compiler.types import Column


def name_of(projection: exp.Expr) -> str:
    """The name that a projection gives its column; "" for an expression without one."""
    named = projection if isinstance(projection, exp.Column) else projection.args.get("alias")
    return named.name if isinstance(named, exp.Expr) else ""


def as_written(node: exp.Select) -> list[tuple[str, exp.Expr]]:
    """The projections with their names; those that something may name are copies.

    They are rewritten where they stand, after what names them.
    """
    used: set[str] | None = None
    if node.args.get("order") is None:
        used = {column.name.casefold() for column in nodes_of(node, exp.Column)}
    found = []
    for projection in node.expressions:
        name, inner = name_of(projection), projection.unalias()
        meant = used is None or name.casefold() in used
        found.append((name, copied(inner) if meant else inner))
    return found


def is_star(node: exp.Expr) -> bool:
    """True for `*` and `table.*`."""
    return isinstance(node, exp.Star) or (
        isinstance(node, exp.Column) and isinstance(node.this, exp.Star)
    )


def under(found: exp.Expr, name: str | None) -> exp.Expr:
    """The expression under its name; a column that has it anyway stands alone."""
    if name is None or (isinstance(found, exp.Column) and found.name == name):
        return found
    return exp.Alias(this=found, alias=named(name))


def columns_of_star(
    scope: Scope,
    node: exp.Select,
    star: exp.Expr,
    found: Sequence[tuple[str, Output]],
    promised: Sequence[Column] | None,
) -> list[exp.Expr]:
    """`*` as it is, or its columns one by one where they need names or a QUALIFY is above."""
    inner = star.this if isinstance(star, exp.Column) else star
    if inner.args.get("except_") or inner.args.get("replace") or inner.args.get("rename"):
        raise Unsupported(star, "`*` with EXCLUDE or REPLACE", "list the columns")
    names = [output.name for _, output in found]
    as_promised = promised is None or all(
        column.name in ("", name) for column, name in zip(promised, names, strict=True)
    )
    if as_promised and node.args.get("qualify") is None:
        if isinstance(star, exp.Column):
            spell(star.args["table"], found[0][0])
        return [star]
    columns = []
    for place, (source, output) in enumerate(found):
        if output.name is None or names.count(output.name) > 1:
            raise Unsupported(star, "`*` over columns without names", "list the columns")
        several = len(scope.sources) > 1 and output.name.casefold() not in scope.using
        table = named(source) if several else None
        column = typed(exp.Column(this=named(output.name), table=table), output.type)
        wanted = promised[place].name if promised else ""
        columns.append(under(column, wanted or output.name))
    return columns

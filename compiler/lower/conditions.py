"""A resolved condition in the target's dialect."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect
from seeknal.compiler.features import Condition
from seeknal.compiler.lower.names import column_of


def condition_of(condition: Condition, dialect: Dialect) -> exp.Expr:
    """The condition's expression, its columns named as the target has them."""
    tree = condition.tree.copy()
    if isinstance(tree, exp.Column):
        return column_of(tree.name, dialect)
    for node in list(tree.find_all(exp.Column)):
        node.replace(column_of(node.name, dialect))
    return dialect.rewrite(tree, condition.columns)

"""Arithmetic of numbers and of times."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported
from seeknal.compiler.dialects.rules.vocabulary import (
    UNGUARDED,
    Rule,
    Vocabulary,
    aligned,
    as_double,
)
from seeknal.compiler.dialects.typed import (
    DATE,
    DECIMAL,
    DOUBLE,
    INT64,
    INTERVAL,
    TIMESTAMP,
    common_type,
    expect,
    family,
    is_text,
    type_of,
    typed,
)
from seeknal.compiler.types import Kind


def _neg(node: exp.Neg, words: Vocabulary) -> exp.Expr:
    expect(node, node.this, "number")
    return typed(node, type_of(node.this))


def plus_minus(node: exp.Add | exp.Sub, words: Vocabulary) -> exp.Expr:
    """Numbers; a time and an INTERVAL; a DATE and days; two DATEs."""
    left, right = type_of(node.this), type_of(node.expression)
    if left is None or right is None:
        return typed(node, None)
    if family(left) != "time" and family(right) != "time":
        return arithmetic(node, words)
    minus = isinstance(node, exp.Sub)
    if left.is_temporal and right == INTERVAL:
        node.set("this", aligned(node.this, TIMESTAMP, words))
        return typed(node, TIMESTAMP)
    if right.is_temporal and left == INTERVAL and not minus:
        node.set("expression", aligned(node.expression, TIMESTAMP, words))
        return typed(node, TIMESTAMP)
    if left == DATE and right == INT64:
        days = exp.Neg(this=_operand(node.expression)) if minus else node.expression
        return typed(words.add_days(node.this, days), DATE)
    if left == INT64 and right == DATE and not minus:
        return typed(words.add_days(node.expression, node.this), DATE)
    if left == right == DATE and minus:
        return typed(words.days_between(node.expression, node.this), INT64)
    raise Unsupported(
        node, f"`{'-' if minus else '+'}` of {left} and {right}", "add an INTERVAL, or count days"
    )


def arithmetic(node: exp.Binary, words: Vocabulary) -> exp.Expr:
    """Two numbers; the engine's own widening is DuckDB's."""
    for operand in (node.this, node.expression):
        if is_text(operand):
            raise Unsupported(node, "arithmetic with text", "write the number without quotes")
        expect(node, operand, "number")
    kind = common_type(node, [node.this, node.expression])
    if kind is not None and kind.kind is Kind.DECIMAL:
        kind = DECIMAL
    return typed(node, kind)


def divided(node: exp.Div, words: Vocabulary) -> exp.Expr:
    """A division of doubles; by zero it is infinite or NaN, where other engines stop.

    What cannot be zero is not guarded: a number, NULLIF(x, 0), and what a macro divides by.
    """
    left, right = node.this, node.expression
    kind = type_of(arithmetic(node, words))
    if kind is None:
        return typed(node, DOUBLE)
    if DOUBLE not in (type_of(left), type_of(right)):
        left = as_double(left)
    node.set("typed", True)
    node.set("this", left)
    if words.infinity is None or node.meta.get(UNGUARDED) or _is_not_zero(right):
        return typed(node, DOUBLE)
    zero = exp.EQ(this=_operand(right.copy()), expression=exp.Literal.number(0))
    infinite = exp.Mul(this=as_double(left.copy()), expression=words.infinity())
    guarded = exp.Case(ifs=[exp.If(this=zero, true=infinite)], default=node.copy())
    return typed(guarded, DOUBLE)


def _operand(value: exp.Expr) -> exp.Expr:
    return value if isinstance(value, exp.Column | exp.Func | exp.Paren) else exp.Paren(this=value)


def _is_not_zero(node: exp.Expr) -> bool:
    inner = node.unnest()
    if isinstance(inner, exp.Cast):
        return _is_not_zero(inner.this)
    if isinstance(inner, exp.Nullif):
        second = inner.expression
        return isinstance(second, exp.Literal) and not second.is_string and float(second.name) == 0
    return isinstance(inner, exp.Literal) and not inner.is_string and float(inner.name) != 0


RULES: dict[type[exp.Expr], Rule] = {
    exp.Neg: _neg,
    exp.Add: plus_minus,
    exp.Sub: plus_minus,
    exp.Mul: arithmetic,
    exp.Div: divided,
}

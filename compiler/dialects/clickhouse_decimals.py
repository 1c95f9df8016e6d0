"""Sums and products of decimals, where ClickHouse wraps around without a word.

A product of decimals of 128 bits is one of 128 bits, whatever its digits; DuckDB ends in an error.
"""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.clickhouse_types import column_type
from seeknal.compiler.dialects.decimal_digits import (
    Digits,
    alternatives,
    digits_of_literal,
    widest,
)
from seeknal.compiler.dialects.typed import DECIMAL, INT64, type_of, typed
from seeknal.compiler.types import Kind, decimal

_LONG, _LONGEST = 38, 76
_DIGITS = "seeknal_digits"


def in_digits(node: exp.Binary) -> exp.Expr:
    """The sum, difference or product in a type that holds all of its digits.

    Where these are more than 38, as a decimal of 38, or an error.
    """
    found = _computed(node)
    if found is None:
        return node
    precision, scale = found
    if precision > _LONGEST or scale > _LONG:
        raise Unsupported(
            node, f"a decimal of {precision} digits", "cast the operands to fewer digits first"
        )
    left = _digits(node.this)
    if left is None or (precision <= _LONG // 2 - 1 and not isinstance(node, exp.Mul)):
        return _with(node, found)
    wide = _LONG if precision <= _LONG else _LONGEST
    node.set("this", cast(node.this, f"DECIMAL({wide}, {left[1]})"))
    if wide == _LONG:
        return _with(node, found)
    name = exp.Literal.string(column_type(decimal(_LONG, scale)))
    cut = exp.Anonymous(this="accurateCast", expressions=[node, name])
    return _with(typed(cut, DECIMAL), (_LONG, scale))


def compared_in_digits(node: exp.Binary) -> None:
    """Two decimals of other scales in a type that holds the digits of both."""
    left, right = _digits(node.this), _digits(node.expression)
    if left is None or right is None or left[1] == right[1]:
        return
    whole = max(left[0] - left[1], right[0] - right[1])
    if whole + max(left[1], right[1]) > _LONG:
        for key, (_, scale) in (("this", left), ("expression", right)):
            node.set(key, cast(node.args[key], f"DECIMAL({_LONGEST}, {scale})"))


def _with(node: exp.Expr, digits: Digits) -> exp.Expr:
    node.meta[_DIGITS] = digits
    return node


def _computed(node: exp.Binary) -> Digits | None:
    left, right = _digits(node.this), _digits(node.expression)
    if left is None or right is None:
        return None
    if isinstance(node, exp.Mul):
        return left[0] + right[0], left[1] + right[1]
    scale = max(left[1], right[1])
    return max(left[0] - left[1], right[0] - right[1]) + scale + 1, scale


def _digits(node: exp.Expr) -> Digits | None:
    """The precision and scale of a number; None for a double or where unknown."""
    if (known := node.meta.get(_DIGITS)) is not None:
        return (int(known[0]), int(known[1]))
    if isinstance(node, exp.Paren | exp.Neg | exp.Abs | exp.Max | exp.Min):
        return _digits(node.this)
    if (written := digits_of_literal(node)) is not None:
        return written
    if chosen := alternatives(node):
        return widest(map(_digits, chosen))
    kind = type_of(node)
    if kind == INT64:
        return (19, 0)
    if kind is None or kind.kind is not Kind.DECIMAL or not kind.precision:
        return None
    return kind.precision, kind.scale

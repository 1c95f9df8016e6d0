"""Digits of computed decimals, where Spark drops some without a word.

A result of more than 38 digits keeps those before the point, and six behind it; DuckDB keeps all
behind it, or ends in an error.
"""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported
from seeknal.compiler.dialects.decimal_digits import (
    Digits,
    alternatives,
    digits_of_literal,
    widest,
)
from seeknal.compiler.dialects.typed import INT64, type_of
from seeknal.compiler.types import Kind

_MOST, _KEPT = 38, 6
_OF_INT64 = (20, 0)


def check_digits(node: exp.Binary) -> None:
    """Raise `Unsupported` where a sum or product of decimals would lose digits."""
    found = _computed(node)
    if found is None or found[0] <= _MOST:
        return
    precision, scale = found
    if max(_MOST - (precision - scale), min(scale, _KEPT)) < scale:
        raise Unsupported(
            node, f"a decimal of {precision} digits", "cast the operands to fewer digits first"
        )


def _computed(node: exp.Binary) -> Digits | None:
    left, right = _digits(node.this), _digits(node.expression)
    if left is None or right is None or left[1] + right[1] == 0:
        return None
    if isinstance(node, exp.Mul):
        return left[0] + right[0] + 1, left[1] + right[1]
    scale = max(left[1], right[1])
    return max(left[0] - left[1], right[0] - right[1]) + scale + 1, scale


def _digits(node: exp.Expr) -> Digits | None:
    """The precision and scale that Spark gives a number; None for a double or where unknown."""
    if isinstance(node, exp.Paren | exp.Neg | exp.Abs | exp.Max | exp.Min | exp.Window):
        return _digits(node.this)
    if (written := digits_of_literal(node)) is not None:
        return written
    if chosen := alternatives(node):
        return widest(map(_digits, chosen))
    if isinstance(node, exp.Add | exp.Sub | exp.Mul):
        found = _computed(node)
        return None if found is None else (min(found[0], _MOST), found[1])
    kind = type_of(node)
    if kind == INT64:
        return _OF_INT64
    if kind is None or kind.kind is not Kind.DECIMAL or not kind.precision:
        return _digits(node.this) if isinstance(node, exp.Sum) else None
    return kind.precision, kind.scale

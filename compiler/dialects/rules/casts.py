"""Casts: which of them give one value on DuckDB and elsewhere, and how the others are said."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.rules.portable import truth_as_number
from seeknal.compiler.dialects.rules.vocabulary import Vocabulary
from seeknal.compiler.dialects.typed import (
    DATE,
    DECIMAL,
    NULL,
    check_time_literal,
    is_text,
    type_of,
    typed,
)
from seeknal.compiler.types import (
    BOOLEAN,
    DOUBLE,
    INT64,
    STRING,
    TIMESTAMP,
    DataType,
    Kind,
    decimal,
)

_D = exp.DType
_TARGETS = {
    _D.BOOLEAN: BOOLEAN,
    _D.INT: INT64,
    _D.BIGINT: INT64,
    _D.DOUBLE: DOUBLE,
    _D.VARCHAR: STRING,
    _D.TEXT: STRING,
    _D.DATE: DATE,
    _D.TIMESTAMP: TIMESTAMP,
    _D.TIMESTAMPNTZ: TIMESTAMP,
}
_LONGEST_EXACT = 18


def target_of(node: exp.Cast) -> DataType:
    """The type that a cast names. Raises `Unsupported` for one that not every engine has."""
    to = node.args["to"]
    if to.this in (_D.DECIMAL,):
        precision, scale = (int(part.this.name) for part in to.expressions[:2])
        return decimal(precision, scale)
    if to.this not in _TARGETS:
        raise Unsupported(
            node,
            f"a cast to {to.sql(dialect='duckdb')}",
            "cast to BOOLEAN, INT, BIGINT, DOUBLE, DECIMAL, VARCHAR, DATE or TIMESTAMP",
        )
    return _TARGETS[to.this]


def rewrite_cast(node: exp.Cast, words: Vocabulary) -> exp.Expr:
    """The cast with DuckDB's value."""
    target = target_of(node)
    value = node.this
    source = type_of(value)
    check_time_literal(value, target)
    if isinstance(value, exp.Cast) and source == target != DECIMAL:
        return value
    if target == STRING:
        if source == STRING and not isinstance(value, exp.Literal):
            return typed(exp.Paren(this=value), STRING)
        text = as_text(value, node, words)
        return text if text is not value else typed(_to_text(value, words), STRING)
    if source is None or source == NULL:
        return typed(node, target)
    # Text that is written out in ISO form is the same time to every engine.
    written = is_text(value) and target.is_temporal
    summed = target == INT64 and has_no_fraction(value)
    if (source.kind, target.kind) not in words.casts and not (written or summed):
        raise Unsupported(node, f"a cast of {source} to {target}", "compute it another way")
    if target == BOOLEAN and source.is_number:
        not_zero = exp.NEQ(this=_operand(value), expression=exp.Literal.number(0))
        return typed(exp.Paren(this=not_zero), BOOLEAN)
    if source == BOOLEAN and target.is_number:
        if words.casts_truth:
            whole = cast(value, "INT")
            return typed(whole if target == INT64 else _to(whole, node), target)
        return typed(_to(truth_as_number(value), node), target)
    if source == DOUBLE and target.kind is Kind.DECIMAL:
        return _double_to_decimal(node, value, target)
    return typed(node, target)


def has_no_fraction(value: exp.Expr) -> bool:
    """True for a sum of int64 that is added up as decimals."""
    if isinstance(value, exp.Sum | exp.Window):
        return has_no_fraction(value.this)
    return isinstance(value, exp.Cast) and target_of(value).scale == 0


def _to(value: exp.Expr, node: exp.Cast) -> exp.Expr:
    return exp.Cast(this=value, to=node.args["to"])


def _operand(value: exp.Expr) -> exp.Expr:
    plain = isinstance(value, exp.Column | exp.Literal | exp.Func | exp.Paren)
    return value if plain else exp.Paren(this=value)


def half_away(value: exp.Expr, digits: int) -> exp.Expr:
    """`value * 10^digits`, a double, to the whole number nearest; halves away from zero."""
    operand = value if isinstance(value, exp.Column | exp.Cast) else exp.Paren(this=value)
    scaled: exp.Expr = exp.Abs(this=operand.unnest().copy())
    if digits:
        scaled = exp.Mul(this=scaled, expression=exp.Literal.number("1" + "0" * digits))
    whole: exp.Expr = exp.Floor(this=exp.Add(this=scaled, expression=exp.Literal.number("0.5")))
    return typed(exp.Mul(this=exp.Sign(this=operand.unnest()), expression=whole), DOUBLE)


def _double_to_decimal(node: exp.Cast, value: exp.Expr, target: DataType) -> exp.Expr:
    """Scaled, rounded and scaled back as DuckDB does: others round the decimal spelling."""
    if target.precision > _LONGEST_EXACT:
        raise Unsupported(
            node,
            f"a cast of double to {target}",
            f"take {_LONGEST_EXACT} digits or fewer",
        )
    whole: exp.Expr = cast(half_away(value, target.scale), "BIGINT")
    if target.scale:
        unit = "0." + "0" * (target.scale - 1) + "1"
        whole = exp.Mul(this=whole, expression=exp.Literal.number(unit))
    return typed(_to(whole, node), target)


def as_text(value: exp.Expr, parent: exp.Expr, words: Vocabulary) -> exp.Expr:
    """The value as DuckDB spells it: itself where it is text. Raises `Unsupported` for doubles."""
    kind = type_of(value)
    if kind is None or kind in (STRING, NULL):
        return value
    if kind in (DOUBLE, DECIMAL):
        raise Unsupported(
            parent,
            f"the spelling of a {'double' if kind == DOUBLE else 'computed decimal'}",
            "cast it to a DECIMAL with the digits to show, then to text",
        )
    if kind == BOOLEAN and BOOLEAN.kind not in words.spelt:
        return typed(_truth_as_text(value), STRING)
    if kind.kind not in words.spelt:
        raise Unsupported(parent, f"the spelling of a {kind}", "take text, numbers or times")
    return typed(_to_text(value, words), STRING)


def _truth_as_text(value: exp.Expr) -> exp.Expr:
    branches = [
        exp.If(this=value, true=exp.Literal.string("true")),
        exp.If(this=exp.Not(this=_operand(value.copy())), true=exp.Literal.string("false")),
    ]
    return exp.Case(ifs=branches)


def _to_text(value: exp.Expr, words: Vocabulary) -> exp.Expr:
    return cast(value, words.type_name(STRING))

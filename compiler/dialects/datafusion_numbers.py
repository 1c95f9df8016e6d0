"""Numbers for DataFusion: nothing wraps, and a decimal beside a double becomes a double.

Integers wrap in 64 bits without a word, so that what might not fit is computed in decimals and
cast back, which is checked. Of a decimal and a double the engine makes a decimal of 15 digits.
"""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import cast
from seeknal.compiler.dialects.datafusion_text import spelt
from seeknal.compiler.dialects.datafusion_types import written_decimal
from seeknal.compiler.dialects.rules import aggregates
from seeknal.compiler.dialects.rules.arithmetic import arithmetic, divided, plus_minus
from seeknal.compiler.dialects.rules.casts import rewrite_cast, target_of
from seeknal.compiler.dialects.rules.common import COMMON
from seeknal.compiler.dialects.rules.numbers import number, whole_number
from seeknal.compiler.dialects.rules.vocabulary import (
    Rule,
    Vocabulary,
    as_double,
    later,
    literal_number,
)
from seeknal.compiler.dialects.typed import (
    BOOLEAN,
    DOUBLE,
    INT64,
    STRING,
    TIMESTAMP,
    expect,
    type_of,
    typed,
)
from seeknal.compiler.types import DataType, Kind

_SAFE = 62
_LONGEST = 38
_COUNTS = (exp.Length, exp.StrPosition, exp.Count, exp.RowNumber, exp.Rank, exp.DenseRank)


# -- int64 -----------------------------------------------------------------------------------


def _bits(node: exp.Expr) -> int:
    """How many bits the value of an int64 takes at most."""
    inner = node.unnest()
    written = literal_number(inner)
    if written is not None:
        return written.bit_length()
    if isinstance(inner, exp.Neg):
        return _bits(inner.this)
    if isinstance(inner, exp.Add | exp.Sub) and type_of(inner.this) == INT64:
        return max(_bits(inner.this), _bits(inner.expression)) + 1
    if isinstance(inner, exp.Sub):
        return 32
    if isinstance(inner, exp.Mul):
        return _bits(inner.this) + _bits(inner.expression)
    if isinstance(inner, exp.Cast) and isinstance(inner.this, exp.Extract | exp.Window):
        return 40
    if isinstance(inner, exp.Cast):
        return 40 if isinstance(inner.this, _COUNTS) else 64
    return 40 if isinstance(inner, _COUNTS) else 64


def _operand(value: exp.Expr) -> exp.Expr:
    plain = isinstance(value, exp.Column | exp.Literal | exp.Func | exp.Paren)
    return value if plain else exp.Paren(this=value)


def _checked(rule: Rule) -> Rule:
    """Arithmetic of int64 that ends in an error where the result does not fit."""

    def checked(node: exp.Binary, words: Vocabulary) -> exp.Expr:
        both = (type_of(node.this), type_of(node.expression))
        if both != (INT64, INT64):
            align_doubles(node, ("this", "expression"))
            return rule(node, words)
        found = rule(node, words)
        if _bits(found) <= _SAFE:
            return found
        left = cast(node.this.unnest(), "DECIMAL(38, 0)")
        wide = type(node)(this=left, expression=node.expression)
        return typed(cast(wide, "BIGINT"), INT64)

    return checked


# -- doubles and decimals --------------------------------------------------------------------


def align_doubles(node: exp.Expr, keys: tuple[str, ...]) -> None:
    """Make doubles of the decimals at `keys` where one of the others is a double."""
    operands = [node.args[key] for key in keys if isinstance(node.args.get(key), exp.Expr)]
    operands += node.expressions if isinstance(node, exp.In) else []
    if not any(type_of(operand) == DOUBLE for operand in operands):
        return
    for operand in operands:
        kind = type_of(operand)
        if kind is not None and kind.kind is Kind.DECIMAL:
            operand.replace(_written_double(operand) or as_double(operand.copy()))


def _written_double(operand: exp.Expr) -> exp.Expr | None:
    """A decimal that is written out: without its cast it is a double."""
    digits = written_decimal(operand)
    return None if digits is None else typed(exp.Literal.number(digits), DOUBLE)


def comparing_doubles(rule: Rule) -> Rule:
    """A comparison that a decimal takes part in as a double, where another operand is one."""

    def compared(node: exp.Expr, words: Vocabulary) -> exp.Expr:
        align_doubles(node, ("this", "expression", "low", "high"))
        return rule(node, words)

    return compared


def _divided(node: exp.Div, words: Vocabulary) -> exp.Expr:
    align_doubles(node, ("this", "expression"))
    left = type_of(node.this)
    if left is not None and left.kind is Kind.DECIMAL:
        node.set("this", _written_double(node.this) or as_double(node.this))
        align_doubles(node, ("this", "expression"))
    return divided(node, words)


# -- casts -----------------------------------------------------------------------------------


def _cast(node: exp.Cast, words: Vocabulary) -> exp.Expr:
    target, value = target_of(node), node.this
    source = type_of(value)
    if target == STRING and source == TIMESTAMP:
        return spelt(value, node, words)
    if target == INT64 and source is not None and source.kind in (Kind.DOUBLE, Kind.DECIMAL):
        return typed(_narrowed(_nearest(value, source), node), INT64)
    if source == DOUBLE and target.kind is Kind.DECIMAL:
        return typed(_double_to_decimal(node, value, target, words), target)
    if source == BOOLEAN and target.is_number:
        whole = cast(value, "BIGINT")
        return typed(whole if target == INT64 else cast(whole, words.type_name(target)), target)
    found = rewrite_cast(node, words)
    if target == INT64 and isinstance(found, exp.Cast):
        return typed(_narrowed(found.this, node), INT64)
    return found


def _narrowed(value: exp.Expr, node: exp.Cast) -> exp.Expr:
    """The value as BIGINT; by way of INT, which is checked, where the user says so."""
    if node.to.this == exp.DType.INT:
        value = cast(value, "INT")
    return cast(value, "BIGINT")


def _nearest(value: exp.Expr, source: DataType) -> exp.Expr:
    """Casts cut the fraction off: DuckDB rounds, the half of a double to the even one."""
    if source.kind is Kind.DECIMAL:
        return exp.Round(this=value)
    operand = _operand(value)
    half = exp.Div(this=operand.copy(), expression=exp.Literal.number(2), typed=True)
    even = exp.Mul(this=exp.Literal.number(2), expression=exp.Round(this=half))
    whole = exp.Anonymous(this="TRUNC", expressions=[value.copy()])
    apart = exp.Abs(this=exp.Sub(this=operand.copy(), expression=whole))
    tied = exp.EQ(this=apart, expression=exp.Literal.number("0.5"))
    return exp.Case(ifs=[exp.If(this=tied, true=even)], default=exp.Round(this=value.copy()))


def _double_to_decimal(
    node: exp.Cast, value: exp.Expr, target: DataType, words: Vocabulary
) -> exp.Expr:
    """Scaled, rounded and scaled back as DuckDB does, in exact numbers."""
    found = rewrite_cast(node, words)
    scaled = found.this if isinstance(found, exp.Cast) else None
    if not isinstance(scaled, exp.Mul):
        return found
    whole, unit = scaled.this, scaled.expression
    exact = cast(whole.this, "DECIMAL(38, 0)")
    digits = f"DECIMAL({target.scale + 1}, {target.scale})"
    product = exp.Mul(this=exact, expression=cast(exp.Literal.string(unit.name), digits))
    return exp.Cast(this=product, to=node.args["to"])


# -- functions -------------------------------------------------------------------------------


def _sign(node: exp.Sign, words: Vocabulary) -> exp.Expr:
    if number(node) is None:
        return typed(node, None)
    return typed(cast(node, "BIGINT"), INT64)


def _whole(node: exp.Ceil | exp.Floor, words: Vocabulary) -> exp.Expr:
    """Of a decimal, in one digit more: 9.99 has no room for 10.00."""
    kind = number(node)
    if kind is not None and kind.kind is Kind.DECIMAL and 0 < kind.precision < _LONGEST:
        node.set(
            "this", typed(cast(node.this, f"DECIMAL({kind.precision + 1}, {kind.scale})"), kind)
        )
    return whole_number(node, words)


def _nullif(node: exp.Nullif, words: Vocabulary) -> exp.Expr:
    """The first value stays of its type where the second is of another."""
    one, other = type_of(node.this), type_of(node.expression)
    if one is None or other is None or one.kind is other.kind or not one.is_number:
        return COMMON[exp.Nullif](node, words)
    test = exp.EQ(this=node.this.copy(), expression=node.expression)
    align_doubles(test, ("this", "expression"))
    branch = exp.If(this=test, true=exp.Null())
    return typed(exp.Case(ifs=[branch], default=node.this), one)


def _sum(node: exp.Sum, words: Vocabulary) -> exp.Expr:
    """In 38 digits for int64, in 76 for decimals: sums of their own types wrap."""
    operand = aggregates.aggregated(node)
    kind = type_of(operand)
    if kind is not None and kind.kind is Kind.DECIMAL and kind.precision:
        wide = cast(operand.copy(), f"DECIMAL(76, {kind.scale})")
        aggregates.with_operand(node, wide)
        return later(node, DataType(Kind.DECIMAL, 38, kind.scale))
    return aggregates.sum_over_decimal(node, words)


def _mean(node: exp.Avg, words: Vocabulary) -> exp.Expr:
    """The last pass divides an exact sum by a count: AVG adds up doubles."""
    operand = aggregates.aggregated(node)
    expect(node, operand, "number")
    kind = type_of(operand)
    if kind == INT64 or (kind is not None and kind.kind is Kind.DECIMAL and kind.precision):
        exact = "DECIMAL(38, 0)" if kind == INT64 else f"DECIMAL(76, {kind.scale})"
        aggregates.with_operand(node, cast(operand.copy(), exact))
        return typed(node, DOUBLE)
    if kind is None:
        aggregates.with_operand(node, cast(operand.copy(), "DOUBLE"))
    return aggregates.mean_of_double(node, words)


RULES: dict[type[exp.Expr], Rule] = {
    **dict.fromkeys((exp.Add, exp.Sub), _checked(plus_minus)),
    exp.Mul: _checked(arithmetic),
    exp.Div: _divided,
    exp.Cast: _cast,
    exp.Sign: _sign,
    **dict.fromkeys((exp.Ceil, exp.Floor), _whole),
    exp.Nullif: _nullif,
    exp.Sum: _sum,
    exp.Avg: _mean,
}

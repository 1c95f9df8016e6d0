"""Functions of numbers and choices among values, said so that a dialect returns DuckDB's rows."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported
from seeknal.compiler.dialects.rules.casts import half_away
from seeknal.compiler.dialects.rules.portable import without_null
from seeknal.compiler.dialects.rules.vocabulary import (
    Rule,
    Vocabulary,
    aligned,
    as_double,
    collated,
    literal_number,
)
from seeknal.compiler.dialects.typed import (
    BOOLEAN,
    DECIMAL,
    DOUBLE,
    INT64,
    STRING,
    common_type,
    expect,
    type_of,
    typed,
)
from seeknal.compiler.types import DataType, Kind


def number(node: exp.Expr) -> DataType | None:
    """The type of the operand, which must be a number."""
    expect(node, node.this, "number")
    return type_of(node.this)


def round_half_away(node: exp.Round, words: Vocabulary) -> exp.Expr:
    """Half away from zero, as DuckDB: engines round the spelling of a double, or half to even."""
    digits = node.args.get("decimals")
    places = 0 if digits is None else literal_number(digits)
    if places is None or places < 0:
        raise Unsupported(node, "ROUND to a computed number of digits", "write the digits out")
    kind = number(node)
    if kind == INT64:
        return typed(exp.Paren(this=node.this), INT64)
    if kind is not None and kind.kind is Kind.DECIMAL:
        return typed(node, DECIMAL)
    whole = half_away(as_double(node.this), places)
    if not places:
        return whole
    power = exp.Literal.number("1" + "0" * places)
    scaled = exp.Div(this=whole, expression=power, typed=True)
    return typed(exp.Paren(this=scaled), DOUBLE)


def whole_number(node: exp.Ceil | exp.Floor, words: Vocabulary) -> exp.Expr:
    """FLOOR and CEIL: a double of a double, a decimal of a decimal."""
    kind = number(node)
    if kind is not None and kind.kind is Kind.DECIMAL:
        return typed(node, DECIMAL)
    if kind is not None:
        node.set("this", as_double(node.this))
    return typed(node, None if kind is None else DOUBLE)


def _abs(node: exp.Abs, words: Vocabulary) -> exp.Expr:
    return typed(node, number(node))


def of_double(node: exp.Expr, words: Vocabulary) -> exp.Expr:
    """SQRT, EXP and LN of a double."""
    if number(node) is not None:
        node.set("this", as_double(node.this))
    return typed(node, DOUBLE)


def power(node: exp.Pow, words: Vocabulary) -> exp.Expr:
    """POW of doubles."""
    expect(node, node.expression, "number")
    kind = number(node)
    if kind is not None and DOUBLE not in (kind, type_of(node.expression)):
        node.set("this", as_double(node.this))
    return typed(node, DOUBLE)


def _coalesce(node: exp.Coalesce, words: Vocabulary) -> exp.Expr:
    operands = [node.this, *node.expressions]
    kind = common_type(node, operands)
    first, *others = (aligned(operand, kind, words) for operand in operands)
    node.set("this", first)
    node.set("expressions", others)
    return typed(node, kind)


def furthest(node: exp.Greatest | exp.Least, words: Vocabulary) -> exp.Expr:
    """GREATEST and LEAST, which pass over NULL."""
    operands = [node.this, *node.expressions]
    kind = common_type(node, operands)
    if kind == BOOLEAN:
        raise Unsupported(node, "the greatest of truth values", "say it with OR or AND")
    operands = [aligned(operand, kind, words) for operand in operands]
    first, *others = operands if words.greatest_skips_null else without_null(operands)
    node.set("this", collated(first, words) if kind == STRING else first)
    node.set("expressions", others)
    return typed(node, kind)


def _nullif(node: exp.Nullif, words: Vocabulary) -> exp.Expr:
    kind = common_type(node, [node.this, node.expression])
    known = type_of(node.this)
    if kind is not None and kind.is_temporal and kind == known:
        node.set("expression", aligned(node.expression, kind, words))
    return typed(node, known)


def _try_cast(node: exp.TryCast, words: Vocabulary) -> exp.Expr:
    raise Unsupported(
        node, "TRY_CAST", "clean the value first, or use `on_bad_value` at the source"
    )


RULES: dict[type[exp.Expr], Rule] = {
    exp.Abs: _abs,
    exp.Coalesce: _coalesce,
    exp.Nullif: _nullif,
    exp.TryCast: _try_cast,
}
"""What every dialect has."""

MORE: dict[type[exp.Expr], Rule] = {
    exp.Round: round_half_away,
    **dict.fromkeys((exp.Ceil, exp.Floor), whole_number),
    **dict.fromkeys((exp.Sqrt, exp.Exp, exp.Ln), of_double),
    exp.Pow: power,
    **dict.fromkeys((exp.Greatest, exp.Least), furthest),
}
"""What most dialects have, each to be run on the engine before it is taken."""

"""Operators and casts that ClickHouse answers otherwise than DuckDB, and how they are said."""

from __future__ import annotations

from functools import reduce

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.clickhouse_decimals import compared_in_digits, in_digits
from seeknal.compiler.dialects.rules.arithmetic import RULES as ARITHMETIC
from seeknal.compiler.dialects.rules.casts import half_away, rewrite_cast, target_of
from seeknal.compiler.dialects.rules.common import COMMON
from seeknal.compiler.dialects.rules.vocabulary import Rule, Vocabulary, as_double, literal_number
from seeknal.compiler.dialects.typed import (
    BOOLEAN,
    DOUBLE,
    INT64,
    STRING,
    TIMESTAMP,
    TUPLE,
    expect,
    is_text,
    type_of,
    typed,
)
from seeknal.compiler.types import DataType, Kind

_LONGEST_EXACT = 18


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """A function by ClickHouse's own name."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def accurate(value: exp.Expr, name: str) -> exp.Expr:
    """A cast that ends in an error where the value does not fit: CAST wraps without a word."""
    return call("accurateCast", value, exp.Literal.string(f"Nullable({name})"))


# -- numbers ---------------------------------------------------------------------------------


def _exact(node: exp.Binary, words: Vocabulary) -> exp.Expr:
    """Sums, differences and products: of int64 in 128 bits, of decimals in all their digits."""
    found = ARITHMETIC[type(node)](node, words)
    if found is not node:
        return found
    left, right = type_of(node.this), type_of(node.expression)
    if type_of(found) == INT64 and left == right == INT64:
        node.set("this", call("toInt128", node.this))
        return typed(accurate(node, "Int64"), INT64)
    total = type_of(found)
    exact = total is not None and total.kind is Kind.DECIMAL
    return in_digits(node) if exact else found


def _negative(node: exp.Neg, words: Vocabulary) -> exp.Expr:
    """The least int64 has no counterpart."""
    found = ARITHMETIC[exp.Neg](node, words)
    if type_of(found) != INT64 or isinstance(node.this, exp.Literal):
        return found
    node.set("this", call("toInt128", node.this))
    return typed(accurate(node, "Int64"), INT64)


def _compared(node: exp.Binary, words: Vocabulary) -> exp.Expr:
    """An int64 beside a double is a double, as on DuckDB; joins take no two types."""
    found = COMMON[type(node)](node, words)
    if isinstance(node.this, exp.Tuple) and isinstance(node.expression, exp.Tuple):
        same = _same(node.this, node.expression, words)
        return typed(exp.Not(this=same) if isinstance(node, exp.NEQ) else same, BOOLEAN)
    types = (type_of(node.this), type_of(node.expression))
    kinds = [t.kind for t in types if t is not None]
    literal = isinstance(node.this, exp.Literal) or isinstance(node.expression, exp.Literal)
    if Kind.DECIMAL in kinds and Kind.DOUBLE not in kinds:
        compared_in_digits(node)
    if Kind.INT64 in kinds and Kind.DOUBLE in kinds and not literal:
        node.set("this", as_double(node.this))
        node.set("expression", as_double(node.expression))
    return found


# -- casts -----------------------------------------------------------------------------------


def _cast(node: exp.Cast, words: Vocabulary) -> exp.Expr:
    """ClickHouse cuts digits off and wraps where DuckDB rounds or ends in an error."""
    target, source = target_of(node), type_of(node.this)
    if source == STRING and target in (INT64, DOUBLE):
        return _number_in(node.this, target)
    if target == STRING and source is not None:
        spelling = _spelling(node.this, source)
        if spelling is not None:
            return typed(spelling, STRING)
    if source is None or not (source.is_number and target.is_number):
        return rewrite_cast(node, words)
    if target == INT64:
        bits = "Int32" if node.to.this == exp.DType.INT else "Int64"
        return _to_integer(node.this, source, bits)
    if target.kind is Kind.DECIMAL and source == DOUBLE:
        return _double_to_decimal(node, target)
    if target.kind is Kind.DECIMAL and source.kind is Kind.DECIMAL:
        known = source.precision and source.scale <= target.scale
        if not known:
            digits = exp.Literal.number(target.scale)
            node.set("this", exp.Round(this=node.this, decimals=digits))
        return typed(node, target)
    return rewrite_cast(node, words)


def _number_in(value: exp.Expr, target: DataType) -> exp.Expr:
    """Text as a number, or an error: of text that may be NULL a cast makes NULL where it fails."""
    name = exp.Literal.string("Int64" if target == INT64 else "Float64")
    if isinstance(value, exp.Literal):
        return typed(call("accurateCast", value, name), target)
    number = call("accurateCast", call("assumeNotNull", value.copy()), name)
    present = exp.Is(this=value, expression=exp.Not(this=exp.Null()))
    return typed(exp.Case(ifs=[exp.If(this=present, true=number)]), target)


def _spelling(value: exp.Expr, source: DataType) -> exp.Expr | None:
    """The text that DuckDB makes of a time or a decimal; None for other types."""
    if source == TIMESTAMP:
        written = [call("toString", value), exp.Literal.string("[.]?0+$"), exp.Literal.string("")]
        return call("replaceRegexpOne", *written)
    if source.kind is Kind.DECIMAL and source.precision:
        return call("toDecimalString", value, exp.Literal.number(source.scale))
    return None


def _to_integer(value: exp.Expr, source: DataType, bits: str) -> exp.Expr:
    """Doubles to the nearest, halves to even; decimals' halves go away from zero."""
    if source == INT64 and bits == "Int64":
        return value
    if source == DOUBLE:
        value = call("roundBankers", value)
    elif source.kind is Kind.DECIMAL:
        value = exp.Round(this=value)
    return typed(accurate(value, bits), INT64)


def _double_to_decimal(node: exp.Cast, target: DataType) -> exp.Expr:
    """Scaled, rounded and scaled back in decimals, as DuckDB does."""
    if target.precision > _LONGEST_EXACT:
        raise Unsupported(
            node, f"a cast of double to {target}", f"take {_LONGEST_EXACT} digits or fewer"
        )
    whole = accurate(half_away(node.this, target.scale), "Int64")
    if not target.scale:
        return typed(exp.Cast(this=whole, to=node.to), target)
    unit = exp.Literal.string("0." + "0" * (target.scale - 1) + "1")
    scaled = exp.Mul(this=cast(whole, "DECIMAL(38, 0)"), expression=cast(unit, _unit(target)))
    return typed(exp.Cast(this=scaled, to=node.to), target)


def _unit(target: DataType) -> str:
    return f"DECIMAL({target.scale + 1}, {target.scale})"


# -- choices ---------------------------------------------------------------------------------


def _case(node: exp.Case, words: Vocabulary) -> exp.Expr:
    """`CASE x WHEN NULL` matches NULL on ClickHouse: each branch says its comparison."""
    subject = node.this
    if isinstance(subject, exp.Expr):
        for branch in node.args["ifs"]:
            equal = exp.EQ(this=subject.copy(), expression=branch.this)
            branch.set("this", COMMON[exp.EQ](equal, words))
        node.set("this", None)
    return COMMON[exp.Case](node, words)


def _in(node: exp.In, words: Vocabulary) -> exp.Expr:
    """ClickHouse answers false where SQL does not know, for a NULL in the list."""
    found = COMMON[exp.In](node, words)
    if node.args.get("query") is not None:
        if not _only_filters(node):
            raise Unsupported(
                node, "IN of a query whose answer may be NULL", "use EXISTS or NOT EXISTS"
            )
        return found
    plain = type_of(node.this) != TUPLE
    if plain and all(isinstance(one, exp.Literal) for one in node.expressions):
        return found
    tests = [_same(node.this, one, words) for one in node.expressions]
    either = reduce(lambda one, other: exp.Or(this=one, expression=other), tests)
    return typed(exp.Paren(this=either), BOOLEAN)


def _same(left: exp.Expr, right: exp.Expr, words: Vocabulary) -> exp.Expr:
    """`left = right`; of tuples DuckDB always knows: a NULL in them is a value."""
    if isinstance(left, exp.Tuple) and isinstance(right, exp.Tuple):
        pairs = zip(left.expressions, right.expressions, strict=True)
        parts: list[exp.Expr] = [
            call("isNotDistinctFrom", one.copy(), other.copy()) for one, other in pairs
        ]
        return exp.Paren(this=reduce(lambda a, b: exp.And(this=a, expression=b), parts))
    return COMMON[exp.EQ](exp.EQ(this=left.copy(), expression=right.copy()), words)


def _only_filters(node: exp.Expr) -> bool:
    """True where false and NULL are one: a test that a row passes or not."""
    above = node.parent
    while isinstance(above, exp.Paren | exp.Connector):
        above = above.parent
    return isinstance(above, exp.Where | exp.Having)


def _like(node: exp.Like, words: Vocabulary) -> exp.Expr:
    """A backslash escapes in every pattern there, and in none of DuckDB's."""
    for operand in (node.this, node.expression):
        expect(node, operand, "text")
    if not isinstance(node.parent, exp.Escape):
        node.set("expression", _pattern(node.expression))
    return typed(node, BOOLEAN)


def _escape(node: exp.Escape, words: Vocabulary) -> exp.Expr:
    like: exp.Expr = node.this
    mark = node.expression
    if not is_text(like.args["expression"]) or not is_text(mark) or len(mark.name) != 1:
        raise Unsupported(node, "ESCAPE with a computed pattern", "write the pattern out")
    like.set("expression", _pattern(like.args["expression"], mark.name))
    return typed(like, BOOLEAN)


def _pattern(pattern: exp.Expr, mark: str = "") -> exp.Expr:
    if not is_text(pattern):
        backslash = exp.Literal.string("\\")
        return call("replaceAll", pattern, backslash, exp.Literal.string("\\\\"))
    letters = iter(pattern.name)
    found = ""
    for letter in letters:
        literal = letter == mark
        if literal:
            letter = next(letters, "")
        found += "\\" + letter if letter == "\\" or (literal and letter in "%_") else letter
    return exp.Literal.string(found)


def _remainder(node: exp.Mod | exp.IntDiv, words: Vocabulary) -> exp.Expr:
    """Of int64 by a number that is neither 0 nor -1, which end in errors there."""
    divisor = node.expression.unnest()
    number = divisor.this if isinstance(divisor, exp.Neg) else divisor
    if (
        type_of(node.this) != INT64
        or literal_number(number) in (None, 0)
        or (number is not divisor and literal_number(number) == 1)
    ):
        raise Unsupported(
            node, "`%` and `//` of other than an integer by a number", "write the divisor out"
        )
    name = "modulo" if isinstance(node, exp.Mod) else "intDiv"
    whole: exp.Expr = call(name, node.this.unnest(), divisor)
    return typed(call("toInt64", whole), INT64)


def _same_or_null(node: exp.Binary, words: Vocabulary) -> exp.Expr:
    """`IS [NOT] DISTINCT FROM`, which is never NULL."""
    found = COMMON[type(node)](node, words)
    if is_text(node.this) and is_text(node.expression):
        return found
    name = "isNotDistinctFrom" if isinstance(node, exp.NullSafeEQ) else "isDistinctFrom"
    return typed(call(name, node.this, node.expression), BOOLEAN)


RULES: dict[type[exp.Expr], Rule] = {
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul), _exact),
    exp.Neg: _negative,
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE), _compared),
    exp.Cast: _cast,
    exp.Case: _case,
    exp.In: _in,
    exp.Like: _like,
    exp.Escape: _escape,
    **dict.fromkeys((exp.Mod, exp.IntDiv), _remainder),
    **dict.fromkeys((exp.NullSafeEQ, exp.NullSafeNEQ), _same_or_null),
}

"""Functions of DuckDB's vocabulary that BigQuery has under its own terms.

A rule takes a node whose operands are rewritten and typed, and returns its typed replacement. Where
an operand's type is not known, as in macros, the author's word is taken.
"""

from __future__ import annotations

import re
from decimal import Decimal

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.rules import aggregates, numbers, text
from seeknal.compiler.dialects.rules.arithmetic import arithmetic, divided
from seeknal.compiler.dialects.rules.casts import as_text, half_away, rewrite_cast, target_of
from seeknal.compiler.dialects.rules.vocabulary import Rule, Vocabulary, later, literal_number
from seeknal.compiler.dialects.typed import (
    BOOLEAN,
    DATE,
    DECIMAL,
    DOUBLE,
    INT64,
    STRING,
    TIMESTAMP,
    expect,
    is_text,
    type_of,
    typed,
)
from seeknal.compiler.types import DataType, Kind

# NUMERIC has 29 digits before the point and 9 behind it: enough for sums of int64.
_SUMS = "DECIMAL(29, 0)"
_EXACT = 9
_WRITTEN = re.compile(r"-?[0-9]{1,15}([.][0-9]{1,9})?$")


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """`NAME(arguments)`, as it is written."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def _string(value: str) -> exp.Expr:
    return exp.Literal.string(value)


def _operand(value: exp.Expr) -> exp.Expr:
    plain = isinstance(value, exp.Column | exp.Func | exp.Paren | exp.Literal)
    return value if plain else exp.Paren(this=value)


def _is_decimal(data_type: DataType | None) -> bool:
    return data_type is not None and data_type.kind is Kind.DECIMAL


# -- numbers -----------------------------------------------------------------------------------


def _cast(node: exp.Cast, words: Vocabulary) -> exp.Expr:
    """A cast to a decimal rounds to its digits, which BigQuery's type does not have."""
    target, source = target_of(node), type_of(node.this)
    if is_text(node.this) and target.is_number and _WRITTEN.match(node.this.name):
        return typed(node, target)
    if source == DOUBLE and target == INT64:
        return typed(cast(_half_to_even(node.this), "BIGINT"), INT64)
    if not _is_decimal(target) or source is None:
        return rewrite_cast(node, words)
    if source == DOUBLE:
        return _double_to_decimal(node, target)
    found = rewrite_cast(node, words)
    kept = source.kind is not Kind.DECIMAL or (source != DECIMAL and source.scale <= target.scale)
    if kept or not isinstance(found, exp.Cast):
        return found
    digits = exp.Literal.number(target.scale)
    return typed(exp.Round(this=found, decimals=digits), target)


def _half_to_even(value: exp.Expr) -> exp.Expr:
    """A double to the whole number nearest, as DuckDB; ROUND takes halves away from zero."""
    two, half = exp.Literal.number(2), exp.Literal.number("0.5")
    fraction = exp.Sub(this=_operand(value.copy()), expression=call("TRUNC", value.copy()))
    is_half = exp.EQ(this=exp.Abs(this=fraction), expression=half)
    halved = exp.Round(this=exp.Div(this=_operand(value.copy()), expression=two.copy()))
    even = exp.Mul(this=two, expression=halved)
    return exp.Case(ifs=[exp.If(this=is_half, true=even)], default=exp.Round(this=value))


def _double_to_decimal(node: exp.Cast, target: DataType) -> exp.Expr:
    """Scaled, rounded and scaled back as DuckDB does: BigQuery rounds the decimal spelling."""
    if target.precision > 18 or target.scale > _EXACT:
        help = "take 18 digits or fewer, and 9 of them behind the point"
        raise Unsupported(node, f"a cast of double to {target}", help)
    whole: exp.Expr = cast(half_away(node.this, target.scale), "BIGINT")
    whole = cast(whole, _SUMS)
    if target.scale:
        unit = exp.Literal.number("1" + "0" * target.scale)
        whole = exp.Paren(this=exp.Div(this=whole, expression=unit, typed=True))
    return typed(whole, target)


def _times(node: exp.Mul, words: Vocabulary) -> exp.Expr:
    """A product of decimals has the digits of both; NUMERIC cuts off behind the ninth."""
    left, right = type_of(node.this), type_of(node.expression)
    if _is_decimal(left) and _is_decimal(right):
        known = left is not None and right is not None and DECIMAL not in (left, right)
        if not known or left.scale + right.scale > _EXACT:  # type: ignore[union-attr]  # known
            node.set("this", typed(cast(node.this, "DECIMAL(38, 19)"), left))
    return arithmetic(node, words)


def _divided(node: exp.Div, words: Vocabulary) -> exp.Expr:
    """IEEE_DIVIDE where the divisor may be 0: `/` ends in an error there."""
    found = divided(node, words)
    if isinstance(found, exp.Case):
        return typed(call("IEEE_DIVIDE", node.this, node.expression), DOUBLE)
    return found


def _of_whole_numbers(node: exp.Mod | exp.IntDiv, words: Vocabulary) -> exp.Expr:
    """`%` and `//` of int64: both round towards zero and end in an error by 0."""
    for operand in (node.this, node.expression):
        if type_of(operand) not in (INT64, None):
            raise Unsupported(node, "`%` and `//` of other than integers", "cast both to BIGINT")
    name = "MOD" if isinstance(node, exp.Mod) else "DIV"
    return typed(call(name, node.this.unnest(), node.expression.unnest()), INT64)


def _of_positive(node: exp.Ln | exp.Sqrt, words: Vocabulary) -> exp.Expr:
    """LN of 0 is infinite, LN and SQRT below it NaN, where BigQuery ends in an error."""
    known = numbers.number(node) is not None
    found = numbers.of_double(node, words)
    if not known:
        return found
    zero = exp.Literal.number(0)
    special: list[tuple[type[exp.Binary], str]] = [(exp.LT, "nan")]
    if isinstance(node, exp.Ln):
        special.append((exp.EQ, "-inf"))
    branches = [
        exp.If(
            this=test(this=_operand(node.this.copy()), expression=zero.copy()),
            true=cast(_string(name), "DOUBLE"),
        )
        for test, name in special
    ]
    return typed(exp.Case(ifs=branches, default=found.copy()), DOUBLE)


def _nullif(node: exp.Nullif, words: Vocabulary) -> exp.Expr:
    """Of two types, NULLIF has the wider one."""
    one, other = type_of(node.this), type_of(node.expression)
    mixed = one is not None and other is not None and one.is_number and other.is_number
    if not mixed or one == other:
        return numbers.RULES[exp.Nullif](node, words)
    same = exp.EQ(this=_operand(node.this.copy()), expression=_operand(node.expression))
    return typed(exp.Case(ifs=[exp.If(this=same, true=exp.Null())], default=node.this), one)


def _sign(node: exp.Sign, words: Vocabulary) -> exp.Expr:
    kind = numbers.number(node)
    if kind is None or kind == INT64:
        return typed(node, kind)
    return typed(cast(node, "BIGINT"), INT64)


# -- aggregates --------------------------------------------------------------------------------


def _sum(node: exp.Sum, words: Vocabulary) -> exp.Expr:
    """The sum of INT64 may overflow on its way to one that fits."""
    operand = aggregates.aggregated(node)
    if type_of(operand) != INT64:
        return aggregates.sum_cast_after(node, words)
    aggregates.with_operand(node, cast(operand.copy(), _SUMS))
    return later(node, INT64)


# -- text --------------------------------------------------------------------------------------


def _lower(node: exp.Lower, words: Vocabulary) -> exp.Expr:
    """Letter by letter: BigQuery looks at a word's end for Σ, and makes two letters of İ."""
    text.text(node, "this")
    letters = call("TRANSLATE", node.this, _string("Σİ"), _string("\N{GREEK SMALL LETTER SIGMA}i"))
    return typed(exp.Lower(this=letters), STRING)


def _upper(node: exp.Upper, words: Vocabulary) -> exp.Expr:
    """BigQuery makes SS of ß."""
    text.text(node, "this")
    sharp = exp.Replace(this=node.this, expression=_string("ß"), replacement=_string("ẞ"))
    return typed(exp.Upper(this=sharp), STRING)


_SIDES = {
    None: r"^\p{Zs}+|\p{Zs}+$",
    "BOTH": r"^\p{Zs}+|\p{Zs}+$",
    "LEADING": r"^\p{Zs}+",
    "TRAILING": r"\p{Zs}+$",
}


def _trim(node: exp.Trim, words: Vocabulary) -> exp.Expr:
    """Every space of Unicode, as DuckDB: BigQuery's TRIM takes tabs and line breaks, too."""
    text.text(node, "this", "expression")
    side = node.args.get("position")
    if not node.expression:
        pattern = _SIDES[side.upper() if isinstance(side, str) else None]
        return typed(call("REGEXP_REPLACE", node.this, _string(pattern), _string("")), STRING)
    if not is_text(node.expression) or not node.expression.name:
        raise Unsupported(node, "TRIM of computed characters", "write the characters out")
    name = {"LEADING": "LTRIM", "TRAILING": "RTRIM"}.get(str(side).upper(), "TRIM")
    return typed(call(name, node.this, node.expression), STRING)


def _like(node: exp.Like | exp.ILike, words: Vocabulary) -> exp.Expr:
    """DuckDB has no escape in a pattern unless it is named; BigQuery has the backslash."""
    for operand in (node.this, node.expression):
        expect(node, operand, "text")
    pattern = node.expression
    if not is_text(pattern):
        if isinstance(node, exp.ILike) or isinstance(node.parent, exp.Escape):
            raise Unsupported(node, "ILIKE or ESCAPE of a computed pattern", "write it out")
        signs = [_string("\\"), _string("\\\\")]
        plain = exp.Replace(this=pattern, expression=signs[0], replacement=signs[1])
        node.set("expression", typed(plain, STRING))
        return typed(node, BOOLEAN)
    if isinstance(node, exp.ILike) and not pattern.name.isascii():
        raise Unsupported(
            node, "ILIKE with a pattern beyond ASCII", "compare LOWER of both with LIKE"
        )
    if not isinstance(node.parent, exp.Escape):
        pattern.set("this", pattern.name.replace("\\", "\\\\"))
    if isinstance(node, exp.Like):
        return typed(node, BOOLEAN)
    lower = _lower(exp.Lower(this=node.this), words)
    found = exp.Like(
        this=lower, expression=_string(pattern.name.lower()), negate=node.args.get("negate")
    )
    return typed(found, BOOLEAN)


def _escape(node: exp.Escape, words: Vocabulary) -> exp.Expr:
    """The pattern with the backslash in the place of the named escape."""
    sign, like = node.expression, node.this
    if not is_text(sign) or len(sign.name) != 1 or not isinstance(like, exp.Like):
        raise Unsupported(node, "ESCAPE of other than one character", "write one character")
    one, pattern = re.escape(sign.name), like.expression.name
    parts = re.findall(rf"{one}.|[^{one}]|{one}$", pattern, re.DOTALL)
    if parts and parts[-1] == sign.name:
        raise Unsupported(node, "a pattern that ends with its escape", "leave the escape out there")
    spelt = "".join(_escaped(part[-1]) if len(part) == 2 else _plain(part) for part in parts)
    like.set("expression", _string(spelt))
    return typed(like, BOOLEAN)


def _escaped(letter: str) -> str:
    return f"\\{letter}" if letter in "%_\\" else letter


def _plain(letter: str) -> str:
    return "\\\\" if letter == "\\" else letter


def _split_part(node: exp.SplitPart, words: Vocabulary) -> exp.Expr:
    """A part of SPLIT, counted from 0; '' where there are fewer parts, NULL for NULL."""
    text.split_part(node, words)
    place = literal_number(node.args["part_index"])
    assert place is not None
    parts = call("SPLIT", node.this, node.args["delimiter"])
    part = exp.Bracket(this=parts, expressions=[exp.Literal.number(place - 1)], offset=0, safe=True)
    present = exp.Is(this=node.this.copy(), expression=exp.Not(this=exp.Null()))
    empty = exp.Case(ifs=[exp.If(this=present, true=_string(""))])
    return typed(exp.Coalesce(this=part, expressions=[empty]), STRING)


def _concat_ws(node: exp.ConcatWs, words: Vocabulary) -> exp.Expr:
    """ARRAY_TO_STRING passes over NULL."""
    separator, *parts = (as_text(part.copy(), node, words) for part in node.expressions)
    return typed(call("ARRAY_TO_STRING", exp.Array(expressions=parts), separator), STRING)


def spell(tree: exp.Expr) -> exp.Expr:
    """Texts of times and of decimals with the digits that DuckDB shows."""
    for node in list(tree.find_all(exp.Cast)):
        kind = type_of(node.this)
        if kind is None or node.to.this != exp.DataType.Type.TEXT:
            continue
        if kind == TIMESTAMP:
            found = call("REGEXP_REPLACE", node.copy(), _string(_ZEROS), _string(r"\1"))
        elif kind.kind is Kind.DECIMAL:
            found = call("FORMAT", _string(f"%.{kind.scale}f"), node.this.copy())
        else:
            continue
        if node is tree:
            tree = typed(found, STRING)
        else:
            node.replace(typed(found, STRING))
    return tree


# BigQuery shows three or six digits of a second, DuckDB none in vain.
_ZEROS = r"([.][0-9]*[1-9])0+$"


def _right(node: exp.Anonymous, words: Vocabulary) -> exp.Expr:
    return typed(node, STRING)


def _position(node: exp.StrPosition, words: Vocabulary) -> exp.Expr:
    text.position(node, words)
    return typed(call("STRPOS", node.this, node.args["substr"]), INT64)


# -- times -------------------------------------------------------------------------------------

_PARTS = {"WEEK": "ISOWEEK", "DOW": "DAYOFWEEK", "ISODOW": "DAYOFWEEK", "DOY": "DAYOFYEAR"}
_EPOCH = "1970-01-01 00:00:00"


def microseconds(value: exp.Expr) -> exp.Expr:
    """`DATETIME_DIFF(value, CAST('1970-01-01 00:00:00' AS DATETIME), MICROSECOND)`: an INT64."""
    return difference(value, cast(_string(_EPOCH), "TIMESTAMP"), "MICROSECOND")


def difference(later: exp.Expr, earlier: exp.Expr, unit: str) -> exp.Expr:
    """How often a clock passes a whole unit between two times."""
    return exp.DatetimeDiff(this=later, expression=earlier, unit=exp.Var(this=unit))


def part(name: str, operand: exp.Expr) -> exp.Expr:
    """A part of a time. BigQuery counts days of the week from Sunday, 1."""
    if name == "EPOCH":
        seconds = exp.Div(this=microseconds(operand), expression=exp.Literal.number(1_000_000))
        return exp.Paren(this=seconds)
    taken = exp.Extract(this=exp.Var(this=_PARTS.get(name, name)), expression=operand)
    if name == "DOW":
        return exp.Paren(this=exp.Sub(this=taken, expression=exp.Literal.number(1)))
    if name == "ISODOW":
        since_monday = exp.Add(this=taken, expression=exp.Literal.number(5))
        day = call("MOD", since_monday, exp.Literal.number(7))
        return exp.Paren(this=exp.Add(this=day, expression=exp.Literal.number(1)))
    return taken


def truncate(unit: str, time: exp.Expr) -> exp.Expr:
    """The begin of a unit, a DATETIME; a week begins on Monday."""
    spelt = exp.Var(this="ISOWEEK" if unit == "WEEK" else unit)
    return exp.DatetimeTrunc(this=time, unit=spelt)


def _make_date(node: exp.DateFromParts, words: Vocabulary) -> exp.Expr:
    return typed(call("DATE", *(node.args[name] for name in ("year", "month", "day"))), DATE)


def _make_timestamp(node: exp.TimestampFromParts, words: Vocabulary) -> exp.Expr:
    names = ("year", "month", "day", "hour", "min", "sec")
    if any(node.args.get(name) is None for name in names) or node.args.get("zone"):
        raise Unsupported(node, "MAKE_TIMESTAMP of other than six parts", "give all six parts")
    *whole, seconds = (node.args[name] for name in names)
    if type_of(seconds) == INT64:
        return typed(call("DATETIME", *whole, seconds), TIMESTAMP)
    written = seconds.this if isinstance(seconds, exp.Cast) else seconds
    if not isinstance(written, exp.Literal):
        raise Unsupported(node, "MAKE_TIMESTAMP of computed seconds", "add an INTERVAL")
    micros = round(Decimal(written.name) * 1_000_000)
    second = exp.Literal.number(micros // 1_000_000)
    rest = exp.Interval(
        this=exp.Literal.number(micros % 1_000_000), unit=exp.Var(this="MICROSECOND")
    )
    made = call("DATETIME", *whole, second)
    return typed(exp.Add(this=made, expression=rest), TIMESTAMP)


RULES: dict[type[exp.Expr], Rule] = {
    exp.Cast: _cast,
    exp.Mul: _times,
    exp.Div: _divided,
    **dict.fromkeys((exp.Mod, exp.IntDiv), _of_whole_numbers),
    **dict.fromkeys((exp.Ln, exp.Sqrt), _of_positive),
    exp.Nullif: _nullif,
    exp.Sign: _sign,
    exp.Sum: _sum,
    exp.Lower: _lower,
    exp.Upper: _upper,
    exp.Trim: _trim,
    **dict.fromkeys((exp.Like, exp.ILike), _like),
    exp.Escape: _escape,
    exp.ConcatWs: _concat_ws,
    exp.SplitPart: _split_part,
    exp.StrPosition: _position,
    exp.DateFromParts: _make_date,
    exp.TimestampFromParts: _make_timestamp,
}
NAMED: dict[str, tuple[int, Rule]] = {"right": (2, _right)}

"""Functions of numbers and times that BigQuery has under its own terms.

A rule takes a node whose operands are rewritten and typed, and returns its typed replacement. Where
an operand's type is not known, as in macros, the author's word is taken.
"""

from __future__ import annotations

import re
from decimal import Decimal

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.bigquery_text import call
from seeknal.compiler.dialects.rules import aggregates, numbers
from seeknal.compiler.dialects.rules.arithmetic import arithmetic, divided
from seeknal.compiler.dialects.rules.casts import half_away, rewrite_cast, target_of
from seeknal.compiler.dialects.rules.vocabulary import Rule, Vocabulary, later
from seeknal.compiler.dialects.typed import (
    DATE,
    DECIMAL,
    DOUBLE,
    INT64,
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
            true=cast(exp.Literal.string(name), "DOUBLE"),
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


def _mean(node: exp.Avg, words: Vocabulary) -> exp.Expr:
    """Of exact numbers the sum is exact; NUMERIC has too few digits for what comes of it."""
    operand = aggregates.aggregated(node)
    expect(node, operand, "number")
    if type_of(operand) in (DOUBLE, None):
        return typed(node, DOUBLE)
    aggregates.with_operand(node, cast(operand.copy(), "DECIMAL(38, 19)"))
    return later(node, DOUBLE)


# -- times -------------------------------------------------------------------------------------

_PARTS = {"WEEK": "ISOWEEK", "DOW": "DAYOFWEEK", "ISODOW": "DAYOFWEEK", "DOY": "DAYOFYEAR"}
_EPOCH = "1970-01-01 00:00:00"


def microseconds(value: exp.Expr) -> exp.Expr:
    """`DATETIME_DIFF(value, CAST('1970-01-01 00:00:00' AS DATETIME), MICROSECOND)`: an INT64."""
    return difference(value, cast(exp.Literal.string(_EPOCH), "TIMESTAMP"), "MICROSECOND")


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
    exp.Avg: _mean,
    exp.DateFromParts: _make_date,
    exp.TimestampFromParts: _make_timestamp,
}

"""Functions of DuckDB's vocabulary that Spark has under its own terms.

A rule takes a node whose operands are rewritten and typed, and returns its typed replacement. Where
an operand's type is not known, as in macros, the author's word is taken.
"""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects import spark_text as texts
from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.rules import aggregates, arithmetic, numbers, times
from seeknal.compiler.dialects.rules.casts import rewrite_cast, target_of
from seeknal.compiler.dialects.rules.vocabulary import (
    Rule,
    Vocabulary,
    as_double,
    literal_number,
)
from seeknal.compiler.dialects.spark_decimals import check_digits
from seeknal.compiler.dialects.spark_text import call, string
from seeknal.compiler.dialects.typed import (
    DECIMAL,
    DOUBLE,
    INT64,
    TIMESTAMP,
    expect,
    type_of,
    typed,
)
from seeknal.compiler.types import Kind

_EXACT_DOUBLES = exp.Literal.number(2**53)


def _operand(value: exp.Expr) -> exp.Expr:
    plain = isinstance(value, exp.Column | exp.Func | exp.Paren | exp.Literal)
    return value if plain else exp.Paren(this=value)


# -- numbers -----------------------------------------------------------------------------------


def _cast(node: exp.Cast, words: Vocabulary) -> exp.Expr:
    """To int64 DuckDB rounds, doubles to even and decimals away from zero; Spark cuts off."""
    source = type_of(node.this)
    if source is not None and target_of(node) == INT64:
        if source == DOUBLE:
            node.set("this", typed(call("RINT", node.this), DOUBLE))
        elif source.kind is Kind.DECIMAL and not _has_no_fraction(node.this):
            node.set("this", typed(exp.Round(this=node.this), DECIMAL))
    if source == DOUBLE and target_of(node).kind is Kind.DECIMAL:
        return _double_to_decimal(node)
    return rewrite_cast(node, words)


def _has_no_fraction(value: exp.Expr) -> bool:
    """True for a sum of int64 as decimals."""
    if isinstance(value, exp.Sum | exp.Window):
        return _has_no_fraction(value.this)
    return isinstance(value, exp.Cast) and target_of(value).scale == 0


def _double_to_decimal(node: exp.Cast) -> exp.Expr:
    """Scaled, rounded and scaled back as DuckDB does: Spark rounds the decimal spelling."""
    target = target_of(node)
    if target.precision > 18:
        raise Unsupported(node, f"a cast of double to {target}", "take 18 digits or fewer")
    whole: exp.Expr = cast(_rounded(node.this, target.scale), "BIGINT")
    if target.scale:
        unit = "0." + "0" * (target.scale - 1) + "1"
        whole = exp.Mul(this=whole, expression=exp.Literal.number(unit))
    return typed(exp.Cast(this=whole, to=node.args["to"]), target)


def _rounded(value: exp.Expr, places: int) -> exp.Expr:
    """`ROUND(value * 10^places)`: to whole numbers Spark rounds doubles as DuckDB does."""
    if places:
        power = exp.Literal.number("1" + "0" * places)
        value = exp.Mul(this=_operand(value), expression=power)
    return call("ROUND", value)


def _round(node: exp.Round, words: Vocabulary) -> exp.Expr:
    digits = node.args.get("decimals")
    places = 0 if digits is None else literal_number(digits)
    kind = numbers.number(node)
    if kind != DOUBLE or places is None or places < 0:
        return numbers.round_half_away(node, words)
    whole = _rounded(node.this, places)
    if not places:
        return typed(whole, DOUBLE)
    power = exp.Literal.number("1" + "0" * places)
    return typed(exp.Paren(this=exp.Div(this=whole, expression=power)), DOUBLE)


def _whole(node: exp.Ceil | exp.Floor, words: Vocabulary) -> exp.Expr:
    """Spark's are int64, and cut off what is larger; a double beyond 2^53 is whole anyway."""
    kind = numbers.number(node)
    if kind is None or kind.kind is Kind.DECIMAL:
        return numbers.whole_number(node, words)
    if kind == INT64:
        return as_double(node.this)
    value = node.this.copy()
    small = exp.LT(this=exp.Abs(this=value), expression=_EXACT_DOUBLES.copy())
    whole = exp.If(this=small, true=cast(node.copy(), "DOUBLE"))
    return typed(exp.Case(ifs=[whole], default=value.copy()), DOUBLE)


def _sign(node: exp.Sign, words: Vocabulary) -> exp.Expr:
    numbers.number(node)
    return typed(cast(node, "BIGINT"), INT64)


def _ln(node: exp.Ln, words: Vocabulary) -> exp.Expr:
    """Of 0 and below Spark's is NULL, where DuckDB's is -Infinity and NaN."""
    known = type_of(node.this) is not None
    numbers.of_double(node, words)
    if not known:
        return typed(node, DOUBLE)
    value, zero = node.this, exp.Literal.number(0)
    branches = [
        exp.If(this=test(this=value.copy(), expression=zero.copy()), true=_special(name))
        for test, name in ((exp.EQ, "-Infinity"), (exp.LT, "NaN"))
    ]
    return typed(exp.Case(ifs=branches, default=node.copy()), DOUBLE)


def _special(name: str) -> exp.Expr:
    return cast(string(name), "DOUBLE")


def _times(node: exp.Mul, words: Vocabulary) -> exp.Expr:
    """Spark multiplies what it counts in 32 bits in 32 bits; numbers written out do on DuckDB."""
    operands = [node.this, node.expression]
    narrow = [o for o in operands if type_of(o) == INT64 and not isinstance(o, exp.Literal)]
    if narrow and not any(is_wide(o) or type_of(o) != INT64 for o in operands):
        one = narrow[0]
        one.replace(typed(cast(one.copy(), "BIGINT"), INT64))
    check_digits(node)
    return arithmetic.arithmetic(node, words)


def _plus_minus(node: exp.Add | exp.Sub, words: Vocabulary) -> exp.Expr:
    check_digits(node)
    return arithmetic.plus_minus(node, words)


def is_wide(node: exp.Expr) -> bool:
    """True where Spark's type of an int64 is known to be BIGINT and not INT."""
    if isinstance(node, exp.Window | exp.Paren | exp.Neg | exp.Abs | exp.Nullif):
        return is_wide(node.this)
    if isinstance(node, exp.Add | exp.Sub | exp.Mul):
        return is_wide(node.this) or is_wide(node.expression)
    if isinstance(node, exp.Case):
        results = [branch.args["true"] for branch in node.args["ifs"]]
        return any(is_wide(value) for value in (*results, node.args.get("default")) if value)
    if isinstance(node, exp.Coalesce | exp.Greatest | exp.Least):
        return any(is_wide(value) for value in (node.this, *node.expressions))
    if isinstance(node, exp.Max | exp.Min | exp.Lag | exp.Lead | exp.FirstValue | exp.LastValue):
        return is_wide(node.this)
    if isinstance(node, exp.Cast):
        return bool(node.to.this == exp.DType.BIGINT)
    # The columns of a subquery are wide like those of every SELECT.
    if isinstance(node, exp.Anonymous):
        return node.name == "TIMESTAMPDIFF"
    return isinstance(node, exp.Column | exp.Count | exp.Sum | exp.IntDiv | exp.Subquery)


def _of_whole_numbers(node: exp.Mod | exp.IntDiv, words: Vocabulary) -> exp.Expr:
    """`%` and `//` of int64: both round towards zero and end in an error by 0."""
    for operand in (node.this, node.expression):
        if type_of(operand) not in (INT64, None):
            raise Unsupported(node, "`%` and `//` of other than integers", "cast both to BIGINT")
    return typed(node, INT64)


# -- aggregates --------------------------------------------------------------------------------


def _quantile(node: exp.PercentileCont, words: Vocabulary) -> exp.Expr:
    """QUANTILE_CONT, which interpolates: PERCENTILE does, PERCENTILE_APPROX does not."""
    share, kind = node.expression, type_of(node.this)
    if kind not in (INT64, DOUBLE):
        raise Unsupported(node, f"QUANTILE_CONT of a {kind}", "cast it to DOUBLE first")
    if not isinstance(share, exp.Literal) or share.is_string:
        raise Unsupported(node, "QUANTILE_CONT at a computed share", "write the share out")
    return typed(call("PERCENTILE", node.this, share), DOUBLE)


def _median(node: exp.Median, words: Vocabulary) -> exp.Expr:
    if isinstance(node.this, exp.Distinct):
        raise Unsupported(node, "MEDIAN of DISTINCT values", "take it over a SELECT DISTINCT")
    return aggregates.median(node, words)


# -- times -------------------------------------------------------------------------------------


def part(name: str, operand: exp.Expr) -> exp.Expr:
    """A part of a time. Spark counts days of the week from Sunday, 1, and seconds in decimals."""
    if name == "EPOCH":
        micros = call("UNIX_MICROS", cast(operand, "TIMESTAMPTZ"))
        return exp.Paren(this=exp.Div(this=micros, expression=exp.Literal.number(1_000_000)))
    if name == "SECOND":
        return cast(call("SECOND", operand), "BIGINT")
    own = {"DOW": "DOW", "ISODOW": "DOW_ISO", "ISOYEAR": "YEAROFWEEK"}.get(name, name)
    taken: exp.Expr = exp.Extract(this=exp.Var(this=own), expression=operand)
    if name == "DOW":
        taken = exp.Sub(this=taken, expression=exp.Literal.number(1))
    return cast(taken, "BIGINT")


def truncate(unit: str, time: exp.Expr) -> exp.Expr:
    """DATE_TRUNC, whose result is a moment."""
    return cast(call("DATE_TRUNC", string(unit), time), "TIMESTAMP")


def days_between(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    """Whole days between two DATEs, as an int64."""
    return cast(call("DATEDIFF", later, earlier), "BIGINT")


def add_days(day: exp.Expr, days: exp.Expr) -> exp.Expr:
    """A DATE moved by an integer; DATE_ADD takes 32 bits."""
    plain = literal_number(days.this if isinstance(days, exp.Neg) else days) is not None
    return call("DATE_ADD", day, days if plain else cast(days, "INT"))


def _date_diff(node: exp.DateDiff, words: Vocabulary) -> exp.Expr:
    """Days, or microseconds, which both count alike: of other units Spark counts whole ones."""
    unit = node.args.get("unit")
    if unit is None or unit.name.upper() != "MICROSECOND":
        return times.RULES[exp.DateDiff](node, words)
    expect(node, node.this, "time")
    expect(node, node.expression, "time")
    passed = call("TIMESTAMPDIFF", exp.Var(this="MICROSECOND"), node.expression, node.this)
    return typed(passed, INT64)


def _make_timestamp(node: exp.TimestampFromParts, words: Vocabulary) -> exp.Expr:
    made = times.make_timestamp(node, words)
    *parts, seconds = made.expressions
    exact = cast(seconds, "DECIMAL(16, 6)")
    return typed(call("MAKE_TIMESTAMP_NTZ", *parts, exact), TIMESTAMP)


RULES: dict[type[exp.Expr], Rule] = {
    **texts.RULES,
    exp.Cast: _cast,
    exp.Round: _round,
    **dict.fromkeys((exp.Ceil, exp.Floor), _whole),
    exp.Sign: _sign,
    exp.Ln: _ln,
    exp.Mul: _times,
    **dict.fromkeys((exp.Add, exp.Sub), _plus_minus),
    **dict.fromkeys((exp.Mod, exp.IntDiv), _of_whole_numbers),
    exp.Median: _median,
    exp.PercentileCont: _quantile,
    exp.DateDiff: _date_diff,
    exp.DateFromParts: times.make_date,
    exp.TimestampFromParts: _make_timestamp,
}
NAMED: dict[str, tuple[int, Rule]] = {**times.NAMED, **times.NOW, **texts.NAMED}
